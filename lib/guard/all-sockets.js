'use strict';

const { subscribe } = require('node:diagnostics_channel');
const { Socket } = require('node:net');

// Here, and not with the guard: it keeps Node's clock, before a test library puts its own in the place.
require('../node/clock');

/**
 * The guard of every socket of the process, for `register`. Most of what a preload costs is to make the guard. So a program
 * begins with stand-ins on `net.Socket.prototype`; the first of them that is used makes the guard, which then takes their place:
 *
 *     socket.end() ──▶ stand-in ──▶ settle() ──▶ guarded end ──▶ Node's end        the first time
 *     socket.end() ────────────────────────────▶ guarded end ──▶ Node's end        from then on
 *
 * A tool may have wrapped a stand-in: it goes on doing what the guarded method does.
 */

const REPLACED = /** @type {const} */ (['end', '_destroy', 'connect', 'ref', 'unref']);

const { prototype } = Socket;

/** Has the methods that are not guarded, once every socket is. @type {object | null} */
let original = null;

/** @type {ReturnType<typeof import('./guard').makeEverySocketsGuard> | null} */
let settled = null;

/** @type {Map<string, Function>} */
const standIns = new Map();

/**
 * Guards every socket that inherits from `net.Socket.prototype`, made before or after, `tls.TLSSocket` among them.
 * `process.stdout` and `process.stderr` are such sockets when they are piped; they are left alone.
 */
function guardEverySocket() {
  if (original !== null) return;
  /** @type {PropertyDescriptorMap} */
  const own = {};
  for (const name of ['write', ...REPLACED]) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    if (descriptor !== undefined) own[name] = descriptor;
  }
  original = Object.create(Object.getPrototypeOf(prototype), own);
  for (const name of REPLACED) {
    const standIn = standInFor(name);
    standIns.set(name, standIn);
    put(name, standIn);
  }
  // This one stays: it is what `planted-write.js` calls a trap.
  Object.defineProperty(prototype, 'write', {
    get: () => settle().methods.write,
    set(write) {
      const { methods, assignWrite } = settle();
      assignWrite(this, write, methods);
    },
    configurable: true,
    enumerable: own.write?.enumerable ?? false,
  });
  // Node's http2 writes past the socket's own methods.
  subscribe('net.server.socket', noteAccepted);
}

/** @returns {boolean} */
function isEverySocketGuarded() {
  return original !== null;
}

/**
 * @param {typeof REPLACED[number]} name
 * @returns {Function}
 */
function standInFor(name) {
  /**
   * @this {any}
   * @param {any[]} args
   */
  function standIn(...args) {
    return /** @type {Function} */ (settle().methods[name]).apply(this, args);
  }
  const { name: title = '', length = 0 } = /** @type {any} */ (original)[name] ?? {};
  return Object.defineProperties(standIn, { name: { value: title }, length: { value: length } });
}

function settle() {
  if (settled !== null) return settled;
  settled = require('./guard').makeEverySocketsGuard(/** @type {object} */ (original));
  for (const name of REPLACED) {
    const { value, configurable } = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
    if (value === standIns.get(name) && configurable === true) put(name, settled.methods[name]);
  }
  return settled;
}

/**
 * @param {string} name
 * @param {Function} method
 */
function put(name, method) {
  const enumerable = Object.getOwnPropertyDescriptor(prototype, name)?.enumerable ?? false;
  Object.defineProperty(prototype, name, { value: method, writable: true, configurable: true, enumerable });
}

/** @param {any} message */
function noteAccepted({ socket }) {
  settle().noteAccepted(socket);
}

module.exports = { guardEverySocket, isEverySocketGuarded };
