'use strict';

/**
 * One look at what became of the bytes of a socket, of ours or of Node's. Everything is asked from the kernel at the
 * moment of the call, and nothing is changed by asking.
 *
 *     write() ──► queue of the stream ──► kernel ──► acknowledged by the peer's kernel ──► read by the peer
 *     written                             accepted   delivered                             (nobody knows)
 */

const { descriptorOf, isReferenced } = require('./descriptor');
const { native } = require('./native');
const { kState } = require('./state');

/**
 * @typedef {object} Look
 * @property {number} written bytes given to `write()`
 * @property {number | undefined} delivered bytes that the peer's kernel has acknowledged; never too many. Undefined
 *   where that is not known: on a Unix-domain socket the kernel counts memory, and only tells when all is read
 * @property {'open' | 'half-closed' | 'reset'} peer
 * @property {number} rttMs smoothed round-trip time; 0 for a Unix-domain socket
 */

/**
 * What the kernel's counter shows before the first byte of ours: 1 for the SYN of a client, and whatever an adopted
 * descriptor had sent before.
 *
 * @type {WeakMap<object, number>}
 */
const countedBefore = new WeakMap();

/**
 * @param {any} socket
 * @returns {boolean} whether it is backed by Rust
 */
function isOurs(socket) {
  return socket[kState] !== undefined;
}

/**
 * Bytes that the kernel has taken. `bytesWritten`, as in `net`, also counts those that never leave the process.
 *
 * @param {any} socket backed by Rust
 * @returns {number}
 */
function bytesAcceptedOf(socket) {
  const { batch, bytesDispatched, bytesUnsent, pending } = socket[kState];
  return (
    bytesDispatched - bytesUnsent - (batch === null ? 0 : batch.length) - (pending === null ? 0 : pending.remaining)
  );
}

/**
 * @param {any} socket
 * @param {boolean} [isReset] whether the socket has read that it was reset: the kernel says so only once
 * @returns {Look | number | null} null where there is no descriptor; or an errno
 */
function lookAt(socket, isReset = false) {
  return isOurs(socket) ? lookAtOurs(socket, isReset) : lookAtForeign(socket, isReset);
}

/**
 * @param {any} socket
 * @param {boolean} isReset
 * @returns {Look | number | null}
 */
function lookAtOurs(socket, isReset) {
  const { stream } = socket[kState];
  if (stream === null) return null;
  const seen = stream.look();
  if (typeof seen === 'number') return seen;
  const { queued, rttMs, taken } = seen;
  const peer = isReset ? 'reset' : seen.peer;
  const accepted = bytesAcceptedOf(socket);
  let delivered;
  if (queued === 0) delivered = peer === 'reset' && taken === undefined ? undefined : accepted;
  else if (taken !== undefined) delivered = Math.max(0, accepted - queued);
  return { written: socket.bytesWritten, delivered, peer, rttMs };
}

/**
 * @param {any} socket
 * @param {boolean} isReset
 * @returns {Look | number | null}
 */
function lookAtForeign(socket, isReset) {
  const fd = descriptorOf(socket);
  if (fd < 0) return null;
  const seen = native().fdLook(fd, socket.writableFinished);
  if (typeof seen === 'number') return seen;
  const { queued, rttMs, taken } = seen;
  const peer = isReset ? 'reset' : seen.peer;
  const written = socket.bytesWritten ?? 0;
  // A failed write leaves the stream's queue too; then only the kernel's counter is true.
  const isAllTaken = socket.writableLength === 0 && (socket.errored ?? null) === null;
  let delivered;
  if (queued === 0 && isAllTaken) {
    delivered = peer === 'reset' && taken === undefined ? undefined : written;
  } else if (taken !== undefined && socket.encrypted !== true) {
    delivered = Math.max(0, acceptedByCounter(socket, taken, written, isAllTaken) - queued);
  }
  return { written, delivered, peer, rttMs };
}

/**
 * @param {any} socket
 * @param {number} taken the kernel's counter
 * @param {number} written
 * @param {boolean} isAllTaken
 * @returns {number}
 */
function acceptedByCounter(socket, taken, written, isAllTaken) {
  if (isAllTaken) {
    countedBefore.set(socket, taken - written);
    return written;
  }
  const before = countedBefore.get(socket) ?? (socket.server ? 0 : 1);
  return Math.min(written, Math.max(0, taken - before));
}

/**
 * @param {any} socket
 * @returns {boolean} whether the socket keeps the process alive
 */
function keepsAlive(socket) {
  if (!isOurs(socket)) return isReferenced(socket);
  const { stream } = socket[kState];
  return stream === null || stream.hasRef();
}

module.exports = { bytesAcceptedOf, isOurs, keepsAlive, lookAt };
