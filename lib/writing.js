'use strict';

/**
 * The writable side, below the surface: what the Writable hands down goes to the kernel, at once if it
 * is taken, and otherwise as the socket becomes writable. `lib/write.js` is the surface.
 *
 *   write() ── fast path ──► stream.write() ── all taken ──► done
 *      │                         └── short, or failed: `presend` says what became of it
 *      └──► Duplex ──► _write(), _writev() ──► dispatch() ──► PendingWrite ──► onwritable
 */

const { noteEnding, endedByOfError } = require('./ending');
const { EAGAIN, ECANCELED, ENOTCONN } = require('./errno');
const { takeBatch } = require('./gather');
const { kOnShutdown, kOnWritable } = require('./listeners');
const { netError } = require('./net-error');
const { PendingWrite } = require('./pending-write');
const { kState } = require('./state');
const { errnoError } = require('./system-error');
const { AsyncResource } = require('node:async_hooks');

/** Up to so many bytes, several chunks are copied into one: cheaper than a vector across the boundary. */
const COPY_LIMIT_BYTES = 65_536;

/**
 * @param {any} chunk
 * @param {BufferEncoding} encoding
 * @returns {number}
 */
function byteLength(chunk, encoding) {
  return typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : chunk.length;
}

/**
 * @param {Array<{ chunk: any, encoding: BufferEncoding }>} entries
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
 * A write has failed. The stream counts as errored from this moment, and not from the event a tick later.
 *
 * @param {any} socket
 * @param {Error & { code?: string }} error
 * @param {(error: Error) => void} callback
 */
function fail(socket, error, callback) {
  if (socket[kState].begun) noteEnding(socket, endedByOfError(error), error);
  callback(error);
}

/**
 * @param {any} socket
 * @param {Uint8Array[]} chunks
 * @param {(error?: Error | null) => void} callback
 */
function dispatch(socket, chunks, callback) {
  const state = socket[kState];
  const { stream } = state;
  const batch = takeBatch(state);
  if (batch !== null) {
    const answer = callback;
    chunks = [batch.bytes, ...chunks];
    state.bytesDispatched -= batch.length;
    callback = (error) => {
      batch.settle(error ?? null, error == null);
      answer(error);
    };
  }
  let total = 0;
  for (const chunk of chunks) total += chunk.length;
  let taken = state.presend;
  state.presend = null;
  state.presendBytes = null;
  taken ??= chunks.length === 1 ? stream.write(chunks[0], 0) : stream.writev(chunks, 0);
  state.bytesDispatched += total;
  if (taken === total) {
    state.lastQueued = 0;
    callback();
  } else if (taken < 0 && taken !== EAGAIN) {
    fail(socket, errnoError(taken, 'write'), callback);
  } else {
    state.lastQueued = total;
    state.pending = new PendingWrite(chunks, total, Math.max(taken, 0), callback);
    stream.waitWritable();
  }
}

/**
 * The native stream is about to close: takes out of the state who still waits for it.
 *
 * @param {any} state
 * @returns {() => void} tells them, when the stream has closed, as libuv cancels its requests
 */
function takePending(state) {
  const { attempt, onshutdown, pending, stream } = state;
  const batch = takeBatch(state);
  const isSent = batch !== null && stream.write(batch.bytes, 0) === batch.length;
  if (isSent) batch.settle(null, true);
  state.attempt = null;
  state.onshutdown = null;
  state.pending = null;
  return () => {
    attempt?.cancel();
    pending?.settle(errnoError(ECANCELED, 'write'));
    if (!isSent) batch?.settle(errnoError(ECANCELED, 'write'), true);
    onshutdown?.();
  };
}

const writingMethods = {
  /**
   * @this {any}
   * @param {boolean} isVector
   * @param {any} data
   * @param {BufferEncoding} encoding
   * @param {(error?: Error | null) => void} callback
   */
  _writeGeneric(isVector, data, encoding, callback) {
    const state = this[kState];
    if (this.connecting) {
      const onClose = () => fail(this, netError('ERR_SOCKET_CLOSED_BEFORE_CONNECTION'), callback);
      this._pendingData = data;
      this._pendingEncoding = encoding;
      this.once('connect', () => {
        this.off('close', onClose);
        this._writeGeneric(isVector, data, encoding, callback);
      });
      this.once('close', onClose);
      return undefined;
    }
    this._pendingData = null;
    this._pendingEncoding = '';
    if (state.stream === null) {
      fail(this, netError('ERR_SOCKET_CLOSED'), callback);
      return false;
    }
    this._unrefTimer();
    if (isVector) dispatch(this, toChunks(data), callback);
    else
      dispatch(this, [state.presendBytes ?? (typeof data === 'string' ? Buffer.from(data, encoding) : data)], callback);
    return undefined;
  },

  /**
   * @this {any}
   * @param {Array<{ chunk: any, encoding: BufferEncoding }>} entries
   * @param {(error?: Error | null) => void} callback
   */
  _writev(entries, callback) {
    this._writeGeneric(true, entries, '', callback);
  },

  /**
   * @this {any}
   * @param {any} data
   * @param {BufferEncoding} encoding
   * @param {(error?: Error | null) => void} callback
   */
  _write(data, encoding, callback) {
    this._writeGeneric(false, data, encoding, callback);
  },

  /**
   * @this {any}
   * @param {(error?: Error | null) => void} callback
   */
  _final(callback) {
    const state = this[kState];
    if (this.connecting) return this.once('connect', () => this._final(callback));
    if (state.stream === null) return callback();
    if (state.batch !== null) {
      return dispatch(this, [], (error) => (error ? callback(error) : this._final(callback)));
    }
    const errno = state.stream.shutdown();
    if (errno === ENOTCONN) return callback();
    if (errno < 0) return callback(errnoError(errno, 'shutdown'));
    state.onshutdown = AsyncResource.bind(callback, 'SHUTDOWNWRAP');
    return undefined;
  },

  /** @this {any} */
  [kOnWritable]() {
    const state = this[kState];
    const { pending, stream } = state;
    if (pending === null || stream === null) return;
    const taken = pending.send(stream);
    if (taken < 0 && taken !== EAGAIN) {
      state.pending = null;
      fail(this, errnoError(taken, 'write'), (error) => pending.settle(error));
    } else if (pending.remaining > 0) {
      stream.waitWritable();
    } else {
      state.pending = null;
      state.lastQueued = 0;
      this._unrefTimer();
      pending.settle(null);
    }
  },

  /** @this {any} */
  [kOnShutdown]() {
    const state = this[kState];
    const { onshutdown } = state;
    state.onshutdown = null;
    onshutdown?.();
  },
};

/**
 * @this {any}
 * @returns {number | undefined} bytes accepted by `write()`, sent or not
 */
function bytesWritten() {
  const { writableBuffer } = this;
  if (!writableBuffer) return undefined;
  let bytes = this[kState].bytesDispatched;
  for (const { chunk, encoding } of writableBuffer) bytes += byteLength(chunk, encoding);
  const pending = this._pendingData;
  if (Array.isArray(pending)) {
    for (const entry of pending) bytes += byteLength(entry.chunk, entry.encoding);
  } else if (pending) {
    bytes += byteLength(pending, this._pendingEncoding);
  }
  return bytes;
}

module.exports = { bytesWritten, takePending, writingMethods };
