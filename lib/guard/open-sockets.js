'use strict';

/** @import { Socket } from 'node:net' */
/** @import { AnyStream } from '../node/stream' */

/** Guarded sockets of Node's that are open. Their handle holds them anyway until it is closed. */

const MIN_SWEEP = 64;

/** @type {Set<Socket>} */
const noted = new Set();

/** Size of the set at which those are looked for that have lost their handle without being destroyed. */
let sweepAt = MIN_SWEEP;

/** @typedef {AnyStream & { _isStdio?: boolean }} MaybeStdio */

/** @param {MaybeStdio} socket one of Node's that has our `_destroy` and `connect` */
function noteForeign(socket) {
  if (isWithoutHandle(socket) || socket._isStdio === true) return;
  noted.add(/** @type {Socket} */ (socket));
  if (noted.size >= sweepAt) sweep();
}

/** @param {AnyStream} socket that is being destroyed */
function forgetForeign(socket) {
  noted.delete(/** @type {Socket} */ (socket));
}

/** @returns {Socket[]} */
function foreignSockets() {
  sweep();
  return [...noted];
}

function sweep() {
  for (const socket of noted) if (isWithoutHandle(socket)) noted.delete(socket);
  sweepAt = Math.max(MIN_SWEEP, 2 * noted.size);
}

/**
 * @param {AnyStream} socket
 * @returns {boolean} whether there is no connection, nor an attempt at one; a child process may have got it
 */
function isWithoutHandle(socket) {
  return socket.pending !== false && socket.connecting !== true;
}

module.exports = { foreignSockets, forgetForeign, noteForeign };
