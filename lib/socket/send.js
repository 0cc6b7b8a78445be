'use strict';

/** From bytes to the kernel: what it takes at once, what waits for it, and what it refuses. */

const { Buffer } = require('node:buffer');

const { noteFailure } = require('../contract/ending');
const { kState } = require('../contract/record');
const { EAGAIN, ECANCELED, errnoError, withBytes } = require('../errors/system');
const { hidesCanceledWrites } = require('../node/versions');
const { byteLengthOf } = require('./byte-length');
const { clearWriteTimer, startWriteTimer } = require('./deadlines');
const { takeBatch } = require('./gather');
const { PendingWrite } = require('./pending-write');

/** @import { NativeStream } from '../native/stream' */
/** @import { Batch } from './batch' */
/** @import { Entry, RustSocket } from './socket' */
/** @import { SocketState } from './state' */

/** Up to so many bytes, several chunks are copied into one: cheaper than a vector across the boundary. */
const COPY_LIMIT_BYTES = 65_536;

/** What Node reserves on its stack for a string that it writes. */
const STACK_BYTES = 16_384;

/** The encodings that it writes from there, with the most bytes that they need for one unit. */
const BYTES_PER_UNIT = /** @type {Readonly<Record<string, number>>} */ ({
  utf8: 3,
  'utf-8': 3,
  latin1: 1,
  binary: 1,
  ascii: 1,
  ucs2: 2,
  'ucs-2': 2,
  utf16le: 2,
  'utf-16le': 2,
});

/**
 * @param {Entry[]} entries
 * @returns {Uint8Array[]}
 */
function toChunks(entries) {
  let total = 0;
  const chunks = entries.map(({ chunk, encoding }) => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    total += bytes.length;
    return bytes;
  });
  return total <= COPY_LIMIT_BYTES ? [Buffer.concat(chunks, total)] : chunks;
}

/**
 * What a refused write adds to `bytesWritten`: all of it in `net`, except for a string that is short enough for Node to
 * encode on its stack, which it hands to the kernel before it counts.
 *
 * @param {string | Uint8Array | undefined} data
 * @param {string} encoding
 * @returns {boolean}
 */
function countsIfRefused(data, encoding) {
  if (typeof data !== 'string') return true;
  const bytesPerUnit = BYTES_PER_UNIT[encoding.toLowerCase()];
  return bytesPerUnit === undefined || data.length * bytesPerUnit > STACK_BYTES;
}

/**
 * A write has failed.
 *
 * @param {RustSocket} socket
 * @param {Error & { code?: string }} error
 * @param {(error: Error) => void} callback
 */
function fail(socket, error, callback) {
  if (socket[kState].begun) noteFailure(socket, error);
  callback(error);
}

/**
 * Hands chunks to the kernel. If it does not take them all, a PendingWrite waits for it to.
 *
 * @param {RustSocket} socket
 * @param {Uint8Array[]} chunks
 * @param {(error?: Error | null) => void} callback
 * @param {string | Uint8Array} [data] what the only chunk was before it was encoded
 * @param {string} [encoding] in which
 */
function send(socket, chunks, callback, data, encoding = '') {
  const state = socket[kState];
  const stream = /** @type {NativeStream} */ (state.stream);
  const batch = takeBatch(state);
  if (batch !== null) {
    chunks = [batch.bytes, ...chunks];
    state.bytesDispatched -= batch.length;
  }
  let total = 0;
  for (const chunk of chunks) total += byteLengthOf(chunk);
  const taken = state.presend ?? (chunks.length === 1 ? stream.write(chunks[0]) : stream.writev(chunks, 0));
  if (state.presend !== null) {
    state.presend = null;
    state.presendBytes = null;
  }
  if (batch !== null) callback = settling(batch, taken, callback);
  // It may run since the socket began to connect.
  if (state.writeTimer !== null) clearWriteTimer(state);
  if (taken === total) {
    state.bytesDispatched += total;
    if (state.lastQueued !== 0) state.lastQueued = 0;
    callback();
  } else if (taken < 0 && taken !== EAGAIN) {
    if (countsIfRefused(data, encoding)) {
      state.bytesDispatched += total;
      state.bytesUnsent += total;
    }
    fail(socket, withBytes(errnoError(taken, 'write'), 0, total), callback);
  } else {
    state.bytesDispatched += total;
    state.lastQueued = total;
    state.pending = new PendingWrite(chunks, total, callback);
    if (state.writeTimeoutMs > 0) startWriteTimer(socket);
    if (taken > 0) tryOnceMore(state.pending, stream, taken);
    else stream.waitWritable();
  }
}

/**
 * A batch was sent before a write, in one call with it.
 *
 * @param {InstanceType<typeof Batch>} batch
 * @param {number} taken bytes of both, or an errno
 * @param {(error?: Error | null) => void} callback of the write
 * @returns {(error?: Error | null) => void} the callback, for the batch too if that is not done
 */
function settling(batch, taken, callback) {
  if (taken >= batch.length) {
    batch.settle(null, true);
    return callback;
  }
  return (error) => {
    batch.settle(error ?? null, error == null);
    callback(error);
  };
}

/**
 * The kernel took a part, and may have made room by now: libuv asks again at once, and tells the outcome later.
 *
 * @param {InstanceType<typeof PendingWrite>} pending
 * @param {NativeStream} stream
 * @param {number} taken
 */
function tryOnceMore(pending, stream, taken) {
  pending.skip(taken);
  const errno = pending.send(stream);
  if (errno < 0 && errno !== EAGAIN) pending.errno = errno;
  if (pending.remaining > 0 && pending.errno === 0) stream.waitWritable();
  else stream.finishWrite();
}

/**
 * The socket is writable again, or the write that waited is over.
 *
 * @param {RustSocket} socket
 */
function resume(socket) {
  const { pending, stream } = socket[kState];
  if (pending === null || stream === null) return;
  if (pending.remaining === 0 || pending.errno !== 0) {
    finishPending(socket, pending);
    return;
  }
  const errno = pending.send(stream);
  if (errno < 0 && errno !== EAGAIN) pending.errno = errno;
  if (pending.remaining > 0 && pending.errno === 0) stream.waitWritable();
  else finishPending(socket, pending);
}

/**
 * @param {RustSocket} socket
 * @param {InstanceType<typeof PendingWrite>} pending
 */
function finishPending(socket, pending) {
  const state = socket[kState];
  state.pending = null;
  state.lastQueued = 0;
  if (state.writeTimer !== null) clearWriteTimer(state);
  if (pending.errno !== 0) {
    state.bytesUnsent += pending.remaining;
    fail(socket, failureOf(pending, pending.errno), (error) => pending.settle(error));
  } else {
    socket._unrefTimer();
    pending.settle(null);
  }
}

/**
 * @param {InstanceType<typeof PendingWrite>} pending
 * @param {number} errno
 */
function failureOf({ total, remaining }, errno) {
  return withBytes(errnoError(errno, 'write'), total - remaining, remaining);
}

/**
 * The socket is destroyed: what libuv says of a write then.
 *
 * @param {InstanceType<typeof PendingWrite>} pending
 */
function cancel(pending) {
  if (pending.remaining === 0 || hidesCanceledWrites) pending.settle(null);
  else pending.settle(failureOf(pending, pending.errno || ECANCELED));
}

/**
 * The native stream is about to close: takes out of the state who still waits for it.
 *
 * @param {SocketState} state
 * @returns {() => void} tells them, when the stream has closed, as libuv cancels its requests
 */
function takePending(state) {
  const { attempt, pending, shutdown } = state;
  const stream = /** @type {NativeStream} */ (state.stream);
  const batch = takeBatch(state);
  const sent = batch === null ? 0 : Math.max(0, stream.write(batch.bytes));
  const isSent = batch !== null && sent === batch.length;
  if (isSent) batch.settle(null, true);
  else if (batch !== null) state.bytesUnsent += batch.length - sent;
  if (pending !== null) state.bytesUnsent += pending.remaining;
  if (state.writeTimer !== null) clearWriteTimer(state);
  if (attempt !== null) state.attempt = null;
  state.pending = null;
  state.shutdown = shutdown !== false;
  return () => {
    attempt?.cancel();
    if (pending !== null) cancel(pending);
    if (!isSent) batch?.settle(hidesCanceledWrites ? null : errnoError(ECANCELED, 'write'), true);
    if (typeof shutdown === 'object') shutdown.call();
  };
}

module.exports = { fail, resume, send, takePending, toChunks };
