'use strict';

/**
 * The guard of every socket of the process, for `register`: the methods of `methods.js` on `net.Socket.prototype`. It
 * reaches every socket that inherits from there, made before or after, `tls.TLSSocket` among them. `process.stdout` and
 * `process.stderr` are such sockets when they are piped; they are left alone.
 */

const { subscribe } = require('node:diagnostics_channel');
const { Socket } = require('node:net');
const process = require('node:process');

const { setProcessPolicy } = require('../contract/policy');
const { foreignRecordFor, foreignRecordOf, kState } = require('../contract/record');
const { everySocket, guardedMethods } = require('./methods');
const { noteForeign } = require('./open-sockets');
const { assignWrite } = require('./planted-write');

/** @import { KnownStream } from '../contract/record' */
/** @import { AnyStream } from '../node/stream' */
/** @import { MaybeStdio } from './open-sockets' */

const REPLACED = /** @type {const} */ (['end', '_destroy', 'connect', 'ref', 'unref']);

const { prototype } = Socket;

/** Guards them, under the policy that `SAFE_SOCKET_ON_REFUSED` names. */
function guardEverySocket() {
  if (everySocket.isGuarded) return;
  setProcessPolicy(process.env.SAFE_SOCKET_ON_REFUSED);
  /** @type {PropertyDescriptorMap} */
  const own = {};
  for (const name of ['write', ...REPLACED]) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    if (descriptor !== undefined) own[name] = descriptor;
  }
  const original = Object.create(Object.getPrototypeOf(prototype), own);
  const methods = guardedMethods(original, isNotStandardStream, isWritableAndNoted);
  for (const name of REPLACED) {
    const enumerable = own[name]?.enumerable ?? false;
    Object.defineProperty(prototype, name, { value: methods[name], writable: true, configurable: true, enumerable });
  }
  // What `planted-write.js` calls a trap.
  Object.defineProperty(prototype, 'write', {
    get: () => methods.write,
    set(write) {
      assignWrite(this, write, methods);
    },
    configurable: true,
    enumerable: own.write?.enumerable ?? false,
  });
  everySocket.isGuarded = true;
  // Node's http2 writes past the socket's own methods.
  subscribe('net.server.socket', noteAccepted);
}

/** @param {unknown} message */
function noteAccepted(message) {
  const { socket } = /** @type {{ socket: KnownStream }} */ (message);
  if (socket[kState] === undefined) note(socket);
}

/** @param {AnyStream} socket of Node's */
function note(socket) {
  foreignRecordFor(socket);
  noteForeign(socket);
}

/**
 * @param {MaybeStdio} socket
 * @returns {boolean}
 */
function isNotStandardStream(socket) {
  return socket._isStdio !== true || foreignRecordOf(socket)?.isGuarded === true;
}

/**
 * The first write is where sockets are seen that were made of a descriptor, as `child.stdin` is.
 *
 * @param {AnyStream} socket
 * @returns {boolean}
 */
function isWritableAndNoted(socket) {
  if (foreignRecordOf(socket) === undefined) note(socket);
  return socket.writable;
}

module.exports = { guardEverySocket };
