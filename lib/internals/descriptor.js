'use strict';

/**
 * What a socket of Node's keeps to itself: its descriptor, and whether it keeps the process alive. This file alone reads
 * `socket._handle`, and only reads: a descriptor is used for one system call, on this thread, before anything else can
 * close it, and is never kept or duplicated.
 *
 * Beyond Node's documentation: `_handle`, its `fd` and its `hasRef()`. Should they go, nothing is known of the kernel's side
 * of a socket of Node's: `delivered()` fails with what it says of a socket without a descriptor, `tcpInfo()` gives nothing,
 * and what waits for an unreferenced socket keeps the process alive.
 */

/**
 * @param {any} socket
 * @returns {number} -1 where there is none: not connected yet, closed, or no socket of the operating system
 */
function descriptorOf(socket) {
  const fd = socket._handle?.fd;
  return typeof fd === 'number' ? fd : -1;
}

/**
 * @param {any} socket that has a descriptor
 * @returns {object} what stands for its present connection: a new one after each `connect()`
 */
function connectionOf(socket) {
  return socket._handle;
}

/**
 * @param {any} socket
 * @returns {boolean} false after `socket.unref()`
 */
function isReferenced(socket) {
  return socket._handle?.hasRef?.() !== false;
}

module.exports = { connectionOf, descriptorOf, isReferenced };
