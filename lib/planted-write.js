'use strict';

/**
 * `write` of a `net.Socket`, so that it stays guarded.
 *
 * When the other side has ended, Node assigns `socket.write = writeAfterFIN`, and on `connect()` it assigns the write of
 * the prototype: both would silently replace a guard that is a plain property, or shadow one on the prototype.
 * So `write` is an accessor that knows these two, and lets everybody else wrap the method as before.
 */

/** The `write` in force: the guard, or the function that a program put around it. */
const kWrite = Symbol('safe-socket.write');
const kMethods = Symbol('safe-socket.methods');

/**
 * @param {any} target a socket, or the prototype of sockets
 * @param {import('./guarded-methods').GuardedMethods} methods
 */
function plantWrite(target, methods) {
  const enumerable = Object.getOwnPropertyDescriptor(target, 'write')?.enumerable ?? false;
  hide(target, kMethods, methods);
  hide(target, kWrite, methods.write);
  Object.defineProperty(target, 'write', { get: writeInForce, set: replaceWrite, configurable: true, enumerable });
}

/**
 * Node has given its own name to the socket's `write`, past the accessor: gives it the guard back.
 *
 * @param {any} socket
 */
function keepGuard(socket) {
  const { write } = socket;
  const methods = socket[kMethods];
  if (methods !== undefined && isWriteAfterFin(write) && write !== methods.writeAfterFIN)
    replaceWrite.call(socket, write);
}

/**
 * Node puts the write of the prototype back when a socket connects again, by assignment. What stands in front of
 * our accessor has to go first.
 *
 * @param {any} socket
 */
function uncover(socket) {
  const methods = socket[kMethods];
  const own = Object.getOwnPropertyDescriptor(socket, 'write');
  if (own === undefined || methods === undefined || own.value !== methods.writeAfterFIN) return;
  if (Object.hasOwn(socket, kMethods)) plantWrite(socket, methods);
  else delete socket.write;
}

/** @this {any} */
function writeInForce() {
  return this[kWrite];
}

/**
 * @this {any}
 * @param {unknown} write
 */
function replaceWrite(write) {
  const methods = this[kMethods];
  if (isWriteAfterFin(write)) {
    // As Node leaves it: an own method that shows. Node does not touch it again before the next connect().
    Object.defineProperty(this, 'write', {
      value: methods.writeAfterFIN,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  } else if (isPrototypesOwn(this, write)) {
    hide(this, kWrite, methods.write);
  } else {
    hide(this, kWrite, write);
    Object.defineProperty(this, 'write', {
      get: writeInForce,
      set: replaceWrite,
      configurable: true,
      enumerable: true,
    });
  }
}

/**
 * @param {unknown} write
 * @returns {boolean}
 */
function isWriteAfterFin(write) {
  return typeof write === 'function' && write.name === 'writeAfterFIN';
}

/**
 * Is that the write which the socket would have without a guard?
 *
 * @param {any} socket
 * @param {unknown} write
 * @returns {boolean}
 */
function isPrototypesOwn(socket, write) {
  return write === Object.getPrototypeOf(socket).write;
}

/**
 * @param {object} object
 * @param {symbol} key
 * @param {unknown} value
 */
function hide(object, key, value) {
  Object.defineProperty(object, key, { value, writable: true, configurable: true, enumerable: false });
}

module.exports = { keepGuard, plantWrite, uncover };
