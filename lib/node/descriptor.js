'use strict';

/**
 * What a socket of Node's keeps to itself: its descriptor. This file alone reads `socket._handle`, and only reads: a
 * descriptor is used for one system call, on this thread, before anything else can close it, and is never kept or duplicated.
 *
 * Beyond Node's documentation: `_handle` and its `fd`. Should they go, nothing is known of the kernel's side of a socket of
 * Node's: `delivered()` fails with what it says of a socket without a descriptor, and `tcpInfo()` gives nothing.
 */

/**
 * @param {any} socket
 * @returns {number} -1 where there is none: not connected yet, closed, or no socket of the operating system
 */
function descriptorOf(socket) {
  const fd = socket._handle?.fd;
  return typeof fd === 'number' ? fd : -1;
}

module.exports = { descriptorOf };
