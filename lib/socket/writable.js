'use strict';

/**
 * The writable side, below the surface: what the Writable hands down goes to the kernel, at once if it
 * is taken, and otherwise as the socket becomes writable. `write.js` is the surface.
 *
 *   write() ── fast path ──► stream.write() ── all taken ──► done
 *      │                         └── short, or failed: `presend` says what became of it
 *      └──► Duplex ──► _write(), _writev() ──► send() ──► PendingWrite ──► onwritable
 */

const { Buffer } = require('node:buffer');

const { kState } = require('../contract/record');
const { netError } = require('../errors/net');
const { ENOTCONN, errnoError } = require('../errors/system');
const { kOnShutdown, kOnWritable } = require('../native/events');
const { AsyncCallback } = require('../node/async-callback');
const { finalWaitsForStream } = require('../node/versions');
const { startWriteTimer } = require('./deadlines');
const { fail, resume, send, toChunks } = require('./send');

/** @import { Data, Entry, RustSocket, WriteCallback } from './socket' */

/**
 * @param {string | Uint8Array} chunk
 * @param {BufferEncoding} encoding
 * @returns {number}
 */
function byteLength(chunk, encoding) {
  return typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : chunk.length;
}

const writingMethods = {
  /**
   * @this {RustSocket}
   * @param {boolean} isVector
   * @param {Data} data
   * @param {BufferEncoding | ''} encoding
   * @param {WriteCallback} callback
   */
  _writeGeneric(isVector, data, encoding, callback) {
    const state = this[kState];
    if (this.connecting) {
      if (state.writeTimeoutMs > 0) startWriteTimer(this);
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
    if (isVector) {
      send(this, toChunks(/** @type {Entry[]} */ (data)), callback);
    } else {
      const chunk = /** @type {string | Uint8Array} */ (data);
      const bytes =
        typeof chunk === 'string' ? (state.presendBytes ?? Buffer.from(chunk, encoding || undefined)) : chunk;
      send(this, [bytes], callback, chunk, encoding);
    }
    return undefined;
  },

  /**
   * @this {RustSocket}
   * @param {Entry[]} entries
   * @param {(error?: Error | null) => void} callback
   */
  _writev(entries, callback) {
    this._writeGeneric(true, entries, '', callback);
  },

  /**
   * @this {RustSocket}
   * @param {string | Uint8Array} data
   * @param {BufferEncoding} encoding
   * @param {(error?: Error | null) => void} callback
   */
  _write(data, encoding, callback) {
    const state = this[kState];
    if (state.isSent) {
      state.isSent = false;
      callback();
      return;
    }
    this._writeGeneric(false, data, encoding, callback);
  },

  /**
   * @this {RustSocket}
   * @param {(error?: Error | null) => void} callback
   */
  _final(callback) {
    const state = this[kState];
    const isWaiting = this.connecting || (state.stream === null && finalWaitsForStream);
    if (isWaiting) return this.once('connect', () => this._final(callback));
    if (state.stream === null) return callback();
    if (state.batch !== null) {
      return send(this, [], (error) => (error ? callback(error) : this._final(callback)));
    }
    // A connection is shut down once. It may have been by the `_final()` of a life before reconnecting, which waited too.
    if (state.shutdown !== false) return callback();
    const errno = state.stream.shutdown();
    if (errno === ENOTCONN) return callback();
    if (errno < 0) return callback(errnoError(errno, 'shutdown'));
    state.shutdown = new AsyncCallback('SHUTDOWNWRAP', callback);
    return undefined;
  },

  /** @this {RustSocket} */
  [kOnWritable]() {
    resume(this);
  },

  /** @this {RustSocket} */
  [kOnShutdown]() {
    const state = this[kState];
    const { shutdown } = state;
    state.shutdown = true;
    if (typeof shutdown === 'object') shutdown.call();
  },
};

/**
 * @this {RustSocket}
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
    bytes += byteLength(pending, /** @type {BufferEncoding} */ (this._pendingEncoding));
  }
  return bytes;
}

module.exports = { bytesWritten, writingMethods };
