'use strict';

const { Socket } = require('node:net');

const { isEnded, isHttp2Stream, noteUnknownEnding } = require('../contract/ending');
const { hasPolicy, setPolicy, validatePolicy } = require('../contract/policy');
const { foreignRecordFor, kState } = require('../contract/record');
const { belongsToHttp, isMessage } = require('../node/http');
const { setDeadlines, validateDeadlines } = require('./deadlines');
const { guardMessage } = require('./http-message');
const { watchClose } = require('./http2-stream');
const { everySocket, guardedMethods, isGuarded } = require('./methods');
const { noteForeign } = require('./open-sockets');
const { plantWrite } = require('./planted-write');

/** @import { AnyStream } from '../node/stream' */

/**
 * The guard is put in front of a stream's own methods, on the very object or on a prototype:
 *
 *     socket.write(x) ──▶ open?  ── yes ──▶ the stream's own write
 *                           └───── no ───▶ bad argument? its error. Otherwise: refused
 *     socket.end(), destroy(), connect() ──▶ note who ends the socket ──▶ the stream's own method
 *
 * Everything is installed as non-enumerable properties: neither `util.inspect` nor an enumeration shows them.
 */

const METHODS = /** @type {const} */ (['end', '_destroy', 'connect']);
const REFERENCES = /** @type {const} */ (['ref', 'unref']);
const NAMES = ['write', ...METHODS, ...REFERENCES];

/** One set of methods for all objects of a prototype. @type {WeakMap<object, import('./methods').GuardedMethods>} */
const methodsByPrototype = new WeakMap();

/**
 * @typedef {object} GuardOptions
 * @property {boolean} [strict] whether a bare `end()` on an ended socket is refused too; by default only if the
 *   socket is in nobody else's hands: not for HTTP messages and the sockets of Node's `http`, `https` and `http2`
 * @property {boolean} [trace] keep the stack of the line that ends the socket, for `err.cause`; default `false`
 * @property {import('../contract/policy').OnRefused} [onRefused] what a refused call does; default `'throw'`
 * @property {number} [linger] of a `net.Socket`: milliseconds that `end()` waits for the peer before it resets the connection
 * @property {number} [writeTimeout] of a `net.Socket`: milliseconds that a write may be unfinished
 */

/**
 * Guards this very object, with options of its own. Options that are `undefined` leave what was there before.
 *
 * @template {AnyStream} T
 * @param {T} stream
 * @param {GuardOptions} [options]
 * @returns {T}
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 */
function guardStream(stream, { strict, trace, onRefused, linger, writeTimeout } = {}) {
  validatePolicy({ strict, trace, onRefused });
  const hasDeadlines = linger !== undefined || writeTimeout !== undefined;
  if (hasDeadlines) validateDeadlines(stream, { linger, writeTimeout });
  const isNew = !hasPolicy(stream);
  // A Rust-backed socket keeps the contract by itself.
  if (!(kState in stream)) guard(stream);
  setPolicy(stream, { strict: strict ?? (isNew ? !belongsToHttp(stream) : undefined), trace, onRefused });
  if (hasDeadlines) setDeadlines(stream, { linger, writeTimeout });
  return stream;
}

/**
 * Guards this very object. To guard it twice is to guard it once.
 *
 * @template {AnyStream} T
 * @param {T} stream
 * @returns {T}
 */
function guard(stream) {
  const record = foreignRecordFor(stream);
  if (record.isGuarded) return stream;
  if (stream instanceof Socket) {
    if (!everySocket.isGuarded) plantWrite(stream, methodsOfWrite(stream, record));
  } else if (isMessage(stream)) {
    guardMessage(stream, watch);
  } else {
    replace(stream, 'write', methodsOfWrite(stream, record).write);
  }
  // Not before: a frozen stream takes no guard, and must not pass for guarded when it comes again.
  record.isGuarded = true;
  return stream;
}

/**
 * @param {AnyStream} stream
 * @param {ReturnType<typeof foreignRecordFor>} record
 * @returns {import('./methods').GuardedMethods}
 */
function methodsOfWrite(stream, record) {
  const { methods } = record;
  if (methods === null) return install(stream, record);
  // It was only watched, and somebody has wrapped its write meanwhile.
  return Object.hasOwn(stream, 'write') ? methodsFor(stream) : methods;
}

/**
 * Notes who ends the stream, and refuses nothing.
 *
 * @param {AnyStream} stream
 */
function watch(stream) {
  if (everySocket.isGuarded && stream instanceof Socket) return;
  const record = foreignRecordFor(stream);
  if (record.methods === null) install(stream, record);
}

/**
 * Watches a socket of Node's whose connection somebody asks about. From now on it is also seen whether the socket keeps
 * the process alive: nothing documented tells it afterwards, and every guarded socket would pay for two more methods of
 * its own. A socket that was unreferenced before counts as referenced: a process that lives too long loses nothing, one
 * that goes too early loses what was not delivered. Under `register` it is seen from the start.
 *
 * @param {AnyStream} socket
 */
function follow(socket) {
  watch(socket);
  const record = foreignRecordFor(socket);
  if (everySocket.isGuarded || record.isFollowed) return;
  record.isFollowed = true;
  const isWrapped = Object.hasOwn(socket, 'ref') || Object.hasOwn(socket, 'unref');
  const methods = isWrapped || record.methods === null ? methodsFor(socket) : record.methods;
  for (const name of REFERENCES) replace(socket, name, methods[name]);
}

/**
 * @param {AnyStream} stream
 * @param {ReturnType<typeof foreignRecordFor>} record
 * @returns {import('./methods').GuardedMethods}
 */
function install(stream, record) {
  const methods = methodsFor(stream);
  const { own } = methods;
  // Name by name, which is what V8 is quick at.
  if (own === undefined) {
    for (const name of METHODS) if (typeof stream[name] === 'function') replace(stream, name, methods[name]);
  } else {
    if (typeof stream.end === 'function') Object.defineProperty(stream, 'end', own.end);
    if (typeof stream._destroy === 'function') Object.defineProperty(stream, '_destroy', own._destroy);
    if (typeof stream.connect === 'function') Object.defineProperty(stream, 'connect', own.connect);
  }
  if (isHttp2Stream(stream)) watchClose(stream);
  record.methods = methods;
  if (isEnded(stream) || (stream.writableEnded === undefined && stream.writable === false)) noteUnknownEnding(stream);
  if (stream instanceof Socket) noteForeign(stream);
  return methods;
}

/**
 * @param {AnyStream} stream
 * @returns {import('./methods').GuardedMethods}
 */
function methodsFor(stream) {
  const isOpen = stream instanceof Socket ? null : isNotEnded;
  const prototype = Object.getPrototypeOf(stream);
  if (hasOwnMethod(stream)) {
    return guardedMethods(Object.create(prototype, ownDescriptors(stream, NAMES)), isGuarded, isOpen);
  }
  let methods = methodsByPrototype.get(prototype);
  if (methods === undefined) {
    methods = guardedMethods(prototype, isGuarded, isOpen);
    const { end, _destroy, connect } = methods;
    methods.own = { end: hidden(end), _destroy: hidden(_destroy), connect: hidden(connect) };
    methodsByPrototype.set(prototype, methods);
  }
  return methods;
}

/** @param {AnyStream} stream */
function hasOwnMethod(stream) {
  return (
    Object.hasOwn(stream, 'write') ||
    Object.hasOwn(stream, 'end') ||
    Object.hasOwn(stream, '_destroy') ||
    Object.hasOwn(stream, 'connect')
  );
}

/**
 * @param {Function} method
 * @returns {PropertyDescriptor}
 */
function hidden(method) {
  return { value: method, writable: true, configurable: true, enumerable: false };
}

/**
 * @param {object} object
 * @param {readonly string[]} names
 * @returns {PropertyDescriptorMap} of those that are the object's own
 */
function ownDescriptors(object, names) {
  /** @type {PropertyDescriptorMap} */
  const descriptors = {};
  for (const name of names) {
    const descriptor = Object.getOwnPropertyDescriptor(object, name);
    if (descriptor !== undefined) descriptors[name] = descriptor;
  }
  return descriptors;
}

/**
 * Puts a method in the place of another. One that was the object's own is seen by `util.inspect` and keeps its looks.
 *
 * @param {object} object
 * @param {string} name
 * @param {Function} method
 */
function replace(object, name, method) {
  const enumerable = Object.getOwnPropertyDescriptor(object, name)?.enumerable ?? false;
  Object.defineProperty(object, name, { ...hidden(method), enumerable });
}

/**
 * @param {AnyStream} stream
 * @returns {boolean}
 */
function isNotEnded(stream) {
  return !isEnded(stream);
}

module.exports = { follow, guardStream };
