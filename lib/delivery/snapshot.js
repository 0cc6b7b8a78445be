'use strict';

/**
 * One snapshot of what became of the bytes of a socket, of ours or of Node's. Everything is asked from the kernel at the
 * moment of the call, and nothing is changed by asking.
 *
 *     write() ──► queue of the stream ──► kernel ──► acknowledged by the peer's kernel ──► read by the peer
 *     written                             accepted   delivered                             (nobody knows)
 */

const { Socket } = require('node:net');

const { publishClosed } = require('../contract/channels');
const { endedByOfError } = require('../contract/ending');
const { foreignRecordOf, kState } = require('../contract/record');
const { native, tryNative } = require('../native/addon');
const { descriptorOf } = require('../node/handle');
const { bytesAcceptedOf } = require('../socket/state');

/** @import { AnyStream } from '../node/stream' */
/** @import { RustSocket } from '../socket/socket' */
/** @import { SocketState } from '../socket/state' */

/**
 * @typedef {object} Snapshot
 * @property {number} written bytes given to `write()`
 * @property {number | undefined} delivered bytes that the peer's kernel has acknowledged; never too many. Undefined
 *   where that is not known: on a Unix-domain socket the kernel counts memory, and only tells when all is read
 * @property {'open' | 'half-closed' | 'reset'} peer
 * @property {number} rttMs smoothed round-trip time; 0 for a Unix-domain socket
 */

/**
 * @param {Socket & { [kState]?: SocketState }} socket
 * @returns {socket is RustSocket} whether it is backed by Rust
 */
function isOurs(socket) {
  return socket[kState] !== undefined;
}

/**
 * @param {import('node:net').Socket} socket
 * @param {boolean} [isReset] whether the socket has read that it was reset: the kernel says so only once
 * @returns {Snapshot | number | null} null where there is no descriptor; or an errno
 */
function snapshotOf(socket, isReset = false) {
  return isOurs(socket) ? snapshotOfOurs(socket, isReset) : snapshotOfNodes(socket, isReset);
}

/**
 * @param {RustSocket} socket
 * @param {boolean} isReset
 * @returns {Snapshot | number | null}
 */
function snapshotOfOurs(socket, isReset) {
  const { stream } = socket[kState];
  if (stream === null) return null;
  const seen = stream.look();
  if (typeof seen === 'number') return seen;
  const { queued, rttMs, taken } = seen;
  const peer = isReset ? 'reset' : seen.peer;
  const accepted = bytesAcceptedOf(socket[kState]);
  let delivered;
  if (queued === 0) delivered = peer === 'reset' && taken === undefined ? undefined : accepted;
  else if (taken !== undefined) delivered = Math.max(0, accepted - queued);
  return { written: socket.bytesWritten, delivered, peer, rttMs };
}

/**
 * @param {Socket & { encrypted?: boolean }} socket one of Node's; those of `tls` say that they are `encrypted`
 * @param {boolean} isReset
 * @returns {Snapshot | number | null}
 */
function snapshotOfNodes(socket, isReset) {
  const fd = descriptorOf(socket);
  if (fd < 0) return null;
  const record = foreignRecordOf(socket);
  const seen = native().fdLook(fd, record?.counted?.hasSentFin ?? false);
  if (typeof seen === 'number') return seen;
  const { hasSentFin, isExact, rttMs } = seen;
  const peer = isReset ? 'reset' : seen.peer;
  const written = socket.bytesWritten ?? 0;
  const { queued, taken } = withoutFin(socket, seen, written);
  // A failed write leaves the stream's queue too; then only the kernel's counter is true.
  const isAllTaken = socket.writableLength === 0 && (socket.errored ?? null) === null;
  const isTcp = taken !== undefined;
  let delivered;
  if (record !== undefined && isAllTaken && isTcp && isExact && peer !== 'reset') {
    record.counted = { before: taken - written, accepted: written, hasSentFin };
  }
  if (queued === 0 && isAllTaken) {
    delivered = peer === 'reset' && !isTcp ? undefined : written;
  } else if (isTcp && socket.encrypted !== true) {
    const accepted = isAllTaken ? written : acceptedByCounter(socket, taken, written);
    delivered = Math.max(0, accepted - queued);
  }
  return { written, delivered, peer, rttMs };
}

/**
 * A connection that was reset does not tell whether its FIN was sent. But where the kernel has taken one byte more than
 * were written, that is the FIN.
 *
 * @param {import('node:net').Socket} socket
 * @param {{ hasSentFin: boolean, queued: number, taken?: number }} seen
 * @param {number} written
 * @returns {{ queued: number, taken?: number }}
 */
function withoutFin(socket, { hasSentFin, queued, taken }, written) {
  const last = foreignRecordOf(socket)?.counted;
  if (hasSentFin || taken === undefined || last?.accepted !== written || taken - last.before !== written + 1) {
    return { queued, taken };
  }
  return { queued: Math.max(0, queued - 1), taken: taken - 1 };
}

/**
 * @param {import('node:net').Socket} socket
 * @param {number} taken the kernel's counter
 * @param {number} written
 * @returns {number} what the kernel had taken at least, and mostly exactly: of a connection that was reset nobody knows
 *   whether the counter has the FIN in it
 */
function acceptedByCounter(socket, taken, written) {
  const { before, accepted } = foreignRecordOf(socket)?.counted ?? { before: socket.server ? 0 : 1, accepted: 0 };
  return Math.max(accepted, Math.min(written, taken - before));
}

/**
 * @param {import('node:net').Socket} socket
 * @returns {boolean} whether the socket keeps the process alive
 */
function keepsAlive(socket) {
  if (!isOurs(socket)) return foreignRecordOf(socket)?.isReferenced ?? true;
  const { stream } = socket[kState];
  return stream === null || stream.hasRef();
}

/**
 * A guarded socket of Node's is about to close its descriptor: for those who count.
 *
 * @param {AnyStream} socket
 * @param {unknown} cause the error that destroys it
 */
function announceClosed(socket, cause) {
  if (!(socket instanceof Socket)) return;
  const seen = tryNative() === null ? null : snapshotOf(socket, endedByOfError(cause) === 'reset');
  const isKnown = seen !== null && typeof seen === 'object';
  publishClosed(socket, isKnown ? seen.written : 0, isKnown ? seen.delivered : undefined);
}

module.exports = { announceClosed, isOurs, keepsAlive, snapshotOf };
