'use strict';

const { Socket } = require('node:net');

/** @import { AnyStream } from '../node/stream' */

/**
 * `write` of a `net.Socket`, so that it stays guarded.
 *
 * When the other side has ended, Node assigns `socket.write = writeAfterFIN`, and on `connect()` it assigns the write of
 * the prototype: both would silently replace a guard that is a plain property, or shadow one on the prototype.
 * So `write` is a trap, an accessor that knows these two. What anybody else assigns becomes a plain property, as
 * without a guard. Node may replace that one behind our back; before it matters, at `end()`, `destroy()` and `connect()`,
 * it becomes a trap again:
 *
 *     trap ── a program wraps write ──► plain property ── end(), destroy(), connect() ──► trap around it
 *       └──── Node: writeAfterFIN ────► plain property, ours by this name
 */

/**
 * @typedef {import('./methods').GuardedMethods} GuardedMethods
 */

/**
 * @param {AnyStream} socket
 * @param {GuardedMethods} methods
 */
function plantWrite(socket, methods) {
  const own = Object.getOwnPropertyDescriptor(socket, 'write');
  if (own === undefined) {
    methods.trap ??= trapOf(methods, methods.write, false);
    Object.defineProperty(socket, 'write', methods.trap);
  } else if (isWriteAfterFin(own.value)) {
    expose(socket, methods.writeAfterFIN);
  } else {
    Object.defineProperty(socket, 'write', { ...own, value: methods.write });
  }
}

/**
 * The socket ends, or connects anew: from now on it matters what Node assigns.
 *
 * @param {AnyStream} socket
 * @param {GuardedMethods} methods
 */
function keepGuard(socket, methods) {
  const own = Object.getOwnPropertyDescriptor(socket, 'write');
  if (own === undefined || own.get !== undefined) return;
  const { value, enumerable = false } = own;
  if (value === methods.writeAfterFIN) return;
  if (isWriteAfterFin(value)) expose(socket, methods.writeAfterFIN);
  else Object.defineProperty(socket, 'write', trapOf(methods, value, enumerable));
}

/**
 * Node is about to put the write of the prototype back.
 *
 * @param {AnyStream} socket
 * @param {GuardedMethods} methods
 */
function uncover(socket, methods) {
  const own = Object.getOwnPropertyDescriptor(socket, 'write');
  if (own !== undefined && own.get === undefined) {
    Object.defineProperty(socket, 'write', trapOf(methods, own.value, own.enumerable === true));
  }
}

/**
 * @param {GuardedMethods} methods
 * @param {unknown} inForce what `socket.write` is
 * @param {boolean} enumerable
 * @returns {PropertyDescriptor}
 */
function trapOf(methods, inForce, enumerable) {
  return {
    get() {
      return inForce;
    },
    /** @this {AnyStream} */
    set(write) {
      assignWrite(this, write, methods);
    },
    configurable: true,
    enumerable,
  };
}

/**
 * What a trap does with what is assigned to it.
 *
 * @param {AnyStream} target a socket, or the prototype of all
 * @param {unknown} write
 * @param {GuardedMethods} methods
 */
function assignWrite(target, write, methods) {
  if (target === Socket.prototype) {
    // A tool that wraps the write of every socket. Node will assign to those all the same.
    Object.defineProperty(target, 'write', trapOf(methods, write, true));
  } else if (isWriteAfterFin(write)) {
    expose(target, methods.writeAfterFIN);
  } else if (!isPrototypesOwn(target, write)) {
    expose(target, write);
  } else if (Object.getOwnPropertyDescriptor(target, 'write')?.get !== methods.trap?.get) {
    expose(target, guardOf(write, methods));
  }
}

/**
 * As anybody's assignment leaves it: an own property that shows.
 *
 * @param {AnyStream} socket
 * @param {unknown} write
 */
function expose(socket, write) {
  Object.defineProperty(socket, 'write', { value: write, writable: true, configurable: true, enumerable: true });
}

/**
 * @param {unknown} write
 * @returns {boolean}
 */
function isWriteAfterFin(write) {
  return typeof write === 'function' && write.name === 'writeAfterFIN';
}

/**
 * Is that the write which the socket would have without a guard of its own?
 *
 * @param {AnyStream} socket
 * @param {unknown} write
 * @returns {boolean}
 */
function isPrototypesOwn(socket, write) {
  return write === Object.getPrototypeOf(socket).write || write === Socket.prototype.write;
}

/**
 * @param {unknown} write that of the prototype
 * @param {GuardedMethods} methods
 * @returns {unknown} the same where the prototype is guarded
 */
function guardOf(write, methods) {
  return Object.getOwnPropertyDescriptor(Socket.prototype, 'write')?.get === undefined ? methods.write : write;
}

module.exports = { assignWrite, keepGuard, plantWrite, uncover };
