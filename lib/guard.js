'use strict';

const { Socket } = require('node:net');

const { isEnded, noteUnknownEnding } = require('./ending');
const { guardedMethods } = require('./guarded-methods');
const { noteForeign } = require('./open-sockets');
const { plantWrite } = require('./planted-write');

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

/** Streams whose guard may refuse; those that are only watched are not in here. @type {WeakSet<object>} */
const guarded = new WeakSet();

/** Streams that have our methods, guarded or only watched. @type {WeakMap<object, import('./guarded-methods').GuardedMethods>} */
const installed = new WeakMap();

/** One set of methods for all objects of a prototype. @type {WeakMap<object, import('./guarded-methods').GuardedMethods>} */
const methodsByPrototype = new WeakMap();

/** Is `net.Socket.prototype` itself guarded, by `register`? */
let guardsEverySocket = false;

/**
 * Guards this very object. To guard it twice is to guard it once.
 *
 * @template {object} T
 * @param {T} stream
 * @returns {T}
 */
function guard(stream) {
  if (guarded.has(stream)) return stream;
  if (stream instanceof Socket) noteForeign(stream);
  // Here, and not at the top: the preload has no use for it and shall cost nothing at start-up.
  const { guardMessage, isMessage } = require('./http-message');
  if (isMessage(stream)) {
    guardMessage(stream, watch);
  } else if (!(guardsEverySocket && stream instanceof Socket)) {
    const methods = install(stream);
    if (stream instanceof Socket) plantWrite(stream, methods);
    else replace(stream, 'write', methods.write);
  }
  // Not before: a frozen stream takes no guard, and must not pass for guarded when it comes again.
  guarded.add(stream);
  return stream;
}

/**
 * Notes who ends the stream, and refuses nothing.
 *
 * @param {any} stream
 */
function watch(stream) {
  if (!(guardsEverySocket && stream instanceof Socket)) install(stream);
}

/**
 * @param {any} stream
 * @returns {import('./guarded-methods').GuardedMethods}
 */
function install(stream) {
  const known = installed.get(stream);
  if (known !== undefined) return known;
  const methods = methodsFor(stream);
  installed.set(stream, methods);
  if (isEnded(stream) || (stream.writableEnded === undefined && stream.writable === false)) noteUnknownEnding(stream);
  for (const name of METHODS) {
    if (typeof stream[name] === 'function') replace(stream, name, methods[name]);
  }
  return methods;
}

/**
 * Guards every socket that inherits from `net.Socket.prototype`, made before or after, `tls.TLSSocket` among them.
 * `process.stdout` and `process.stderr` are such sockets when they are piped; they are left alone.
 */
function guardEverySocket() {
  if (guardsEverySocket) return;
  guardsEverySocket = true;
  const prototype = Socket.prototype;
  const original = Object.create(Object.getPrototypeOf(prototype), ownDescriptors(prototype, METHODS));
  const methods = guardedMethods(original, isNotStandardStream, isWritable);
  plantWrite(prototype, methods);
  for (const name of METHODS) replace(prototype, name, methods[name]);
}

/**
 * @param {any} stream
 * @returns {import('./guarded-methods').GuardedMethods}
 */
function methodsFor(stream) {
  const isOpen = stream instanceof Socket ? isWritable : isNotEnded;
  const prototype = Object.getPrototypeOf(stream);
  const own = ownDescriptors(stream, ['write', ...METHODS]);
  if (Object.keys(own).length > 0) return guardedMethods(Object.create(prototype, own), isGuarded, isOpen);

  let methods = methodsByPrototype.get(prototype);
  if (methods === undefined) {
    methods = guardedMethods(prototype, isGuarded, isOpen);
    methodsByPrototype.set(prototype, methods);
  }
  return methods;
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
  const own = Object.getOwnPropertyDescriptor(object, name);
  if (own !== undefined) Object.defineProperty(method, 'name', { value: own.value?.name, configurable: true });
  Object.defineProperty(object, name, {
    value: method,
    writable: true,
    configurable: true,
    enumerable: own?.enumerable ?? false,
  });
}

/**
 * @param {object} stream
 * @returns {boolean}
 */
function isGuarded(stream) {
  return guarded.has(stream) || (guardsEverySocket && stream instanceof Socket);
}

/**
 * @param {any} socket
 * @returns {boolean}
 */
function isNotStandardStream(socket) {
  return socket._isStdio !== true || guarded.has(socket);
}

/**
 * @param {import('node:stream').Writable} socket
 * @returns {boolean}
 */
function isWritable(socket) {
  return socket.writable;
}

/**
 * @param {object} stream
 * @returns {boolean}
 */
function isNotEnded(stream) {
  return !isEnded(stream);
}

module.exports = { guard, guardEverySocket, isGuarded, watch };
