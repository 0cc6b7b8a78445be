'use strict';

const { Socket } = require('node:net');

const { isHttp2Stream } = require('./ended-by');
const { isEnded, noteUnknownEnding } = require('./ending');
const { isEverySocketGuarded } = require('./every-socket');
const { guardedMethods } = require('./guarded-methods');
const { noteForeign } = require('./foreign-sockets');
const { guardMessage, isMessage } = require('./on-demand');
const { assignWrite, plantWrite } = require('./planted-write');
const { foreignRecordFor, foreignRecordOf, hasRecord } = require('./record');
const { kState } = require('./state');

// What the end of a guarded socket needs is read with the guard. A program may have run for weeks by then, and its package
// may have been replaced.
require('./arguments');
require('./http2-close');
require('./internals/called-by-tls');
require('./internals/http-socket');
require('./internals/timeout-frame');
require('./internals/write-only');
require('./refusal');

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

/** One set of methods for all objects of a prototype. @type {WeakMap<object, import('./guarded-methods').GuardedMethods>} */
const methodsByPrototype = new WeakMap();

/**
 * Guards this very object. To guard it twice is to guard it once.
 *
 * @template {object} T
 * @param {T} stream
 * @returns {T}
 */
function guard(stream) {
  const record = foreignRecordFor(stream);
  if (record.isGuarded) return stream;
  if (stream instanceof Socket) {
    if (!isEverySocketGuarded()) plantWrite(stream, methodsOfWrite(stream, record));
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
 * @param {any} stream
 * @param {ReturnType<typeof foreignRecordFor>} record
 * @returns {import('./guarded-methods').GuardedMethods}
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
 * @param {any} stream
 */
function watch(stream) {
  if (isEverySocketGuarded() && stream instanceof Socket) return;
  const record = foreignRecordFor(stream);
  if (record.methods === null) install(stream, record);
}

/**
 * Watches a socket of Node's whose connection somebody asks about. From now on it is also seen whether the socket keeps
 * the process alive: nothing documented tells it afterwards, and every guarded socket would pay for two more methods of
 * its own. A socket that was unreferenced before counts as referenced: a process that lives too long loses nothing, one
 * that goes too early loses what was not delivered. Under `register` it is seen from the start.
 *
 * @param {any} socket
 */
function follow(socket) {
  watch(socket);
  const record = foreignRecordFor(socket);
  if (isEverySocketGuarded() || record.isFollowed) return;
  record.isFollowed = true;
  const isWrapped = Object.hasOwn(socket, 'ref') || Object.hasOwn(socket, 'unref');
  const methods = isWrapped || record.methods === null ? methodsFor(socket) : record.methods;
  for (const name of REFERENCES) replace(socket, name, methods[name]);
}

/**
 * @param {any} stream
 * @param {ReturnType<typeof foreignRecordFor>} record
 * @returns {import('./guarded-methods').GuardedMethods}
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
  if (isHttp2Stream(stream)) require('./http2-close').watchClose(stream);
  record.methods = methods;
  if (isEnded(stream) || (stream.writableEnded === undefined && stream.writable === false)) noteUnknownEnding(stream);
  if (stream instanceof Socket) noteForeign(stream);
  return methods;
}

/**
 * What `every-socket.js` puts on `net.Socket.prototype`.
 *
 * @param {object} original has the methods that are not guarded
 */
function makeEverySocketsGuard(original) {
  return { methods: guardedMethods(original, isNotStandardStream, isWritableAndNoted), assignWrite, noteAccepted };
}

/** @param {any} socket */
function noteAccepted(socket) {
  if (socket[kState] === undefined) note(socket);
}

/**
 * @param {any} socket of Node's
 */
function note(socket) {
  foreignRecordFor(socket);
  noteForeign(socket);
}

/**
 * @param {any} stream
 * @returns {import('./guarded-methods').GuardedMethods}
 */
function methodsFor(stream) {
  const isOpen = stream instanceof Socket ? isWritable : isNotEnded;
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

/** @param {object} stream */
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
 * @param {object} stream
 * @returns {boolean}
 */
function isGuarded(stream) {
  return foreignRecordOf(stream)?.isGuarded === true || (isEverySocketGuarded() && stream instanceof Socket);
}

/**
 * @param {any} socket
 * @returns {boolean}
 */
function isNotStandardStream(socket) {
  return socket._isStdio !== true || foreignRecordOf(socket)?.isGuarded === true;
}

/**
 * @param {import('node:stream').Writable} socket
 * @returns {boolean}
 */
function isWritable(socket) {
  return socket.writable;
}

/**
 * The first write is where sockets are seen that were made of a descriptor, as `child.stdin` is.
 *
 * @param {import('node:stream').Writable} socket
 * @returns {boolean}
 */
function isWritableAndNoted(socket) {
  if (!hasRecord(socket)) note(socket);
  return socket.writable;
}

/**
 * @param {object} stream
 * @returns {boolean}
 */
function isNotEnded(stream) {
  return !isEnded(stream);
}

module.exports = { follow, guard, isGuarded, makeEverySocketsGuard, watch };
