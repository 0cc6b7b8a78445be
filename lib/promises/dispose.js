'use strict';

/** @import { RustSocket } from '../socket/socket' */

/**
 * `await using` of a socket. A Duplex is destroyed by it, and what was written and had to wait is lost; these are closed
 * when everything has been given to the kernel.
 */

/**
 * @this {RustSocket}
 * @returns {Promise<void>} rejects with the error that ended the socket meanwhile
 */
function closeSoon() {
  if (this.closed) return Promise.resolve();
  return new Promise((resolve, reject) => {
    this.once('close', resolve);
    this.once('error', reject);
    this.destroySoon();
  });
}

/**
 * @template {object} T
 * @param {T} socket
 * @returns {T}
 */
function disposable(socket) {
  return Object.defineProperty(socket, Symbol.asyncDispose, { value: closeSoon, writable: true, configurable: true });
}

module.exports = { disposable };
