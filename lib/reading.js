'use strict';

/** The readable side: bytes come from the native loop's slab, and stop coming when nobody takes them. */

const { Duplex } = require('node:stream');

const { copyOf } = require('./chunk');
const { ENOBUFS } = require('./errno');
const { kOnRead } = require('./listeners');
const { eventLoop } = require('./native');
const { kState } = require('./state');
const { errnoError } = require('./system-error');

/** To know it from a `push` that somebody has put in its place. */
const { push } = Duplex.prototype;

/** @param {any} socket */
function startReading(socket) {
  const state = socket[kState];
  state.reading = true;
  const errno = state.stream.readStart();
  if (errno < 0) socket.destroy(errnoError(errno, 'read'));
}

/** @param {any} socket */
function stopReading(socket) {
  const state = socket[kState];
  state.reading = false;
  if (socket.destroyed || state.stream === null) return;
  const errno = state.stream.readStop();
  if (errno < 0) socket.destroy(errnoError(errno, 'read'));
}

/**
 * A socket with an `onread` buffer is read from whenever it is not paused, for there is no `push()` to say more.
 *
 * @param {any} socket
 */
function readOnDemand(socket) {
  const state = socket[kState];
  if (state.userBuffer && !socket.connecting && state.stream !== null && !state.reading) startReading(socket);
}

/**
 * The `onread` option: `{ buffer, callback }`, where buffer may be a function that gives the next one.
 *
 * @param {any} socket
 * @param {any} onread
 */
function useUserBuffer(socket, onread) {
  if (onread === null || typeof onread !== 'object' || typeof onread.callback !== 'function') return;
  const { buffer, callback } = onread;
  if (typeof buffer === 'function') {
    socket[kState].userBuffer = { buffer: true, next: buffer, callback };
  } else if (buffer instanceof Uint8Array) {
    socket[kState].userBuffer = { buffer, next: null, callback };
  }
}

/**
 * Prepares a fresh native stream: an event must not carry more than the user's buffer takes.
 *
 * @param {any} socket
 */
function prepareUserBuffer(socket) {
  const { stream, userBuffer } = socket[kState];
  if (stream === null || !userBuffer) return;
  if (userBuffer.next !== null) {
    const next = userBuffer.next();
    if (!(next instanceof Uint8Array)) return;
    userBuffer.buffer = next;
  }
  stream.limitRead(userBuffer.buffer.length);
}

/**
 * @param {any} socket
 * @param {Uint8Array} bytes
 * @returns {boolean} whether to go on
 */
function fillUserBuffer(socket, bytes) {
  const state = socket[kState];
  const { userBuffer } = state;
  const { buffer } = userBuffer;
  // A function that has given none yet: the callback hears of bytes that nobody gets, as in net.
  if (buffer !== true) buffer.set(bytes);
  const goOn = userBuffer.callback.call(socket, bytes.length, buffer) !== false;
  const next = userBuffer.next?.();
  if (next instanceof Uint8Array) {
    userBuffer.buffer = next;
    if (next.length !== buffer.length) state.stream?.limitRead(next.length);
  }
  return goOn;
}

/**
 * What `push()` comes to on a flowing socket with nothing buffered, less the tick in which it asks for more: the
 * native stream goes on by itself. The first chunk takes the long way, by which the Duplex learns that it was read.
 *
 * @param {any} socket
 * @param {Buffer} chunk
 * @returns {boolean} whether to go on
 */
function deliver(socket, chunk) {
  if (
    socket.readableFlowing === true &&
    socket.readableLength === 0 &&
    socket.readableDidRead &&
    socket.readableEncoding === null &&
    socket.push === push &&
    socket.listenerCount('data') > 0
  ) {
    socket.emit('data', chunk);
    return true;
  }
  return socket.push(chunk);
}

const readingMethods = {
  /**
   * @this {any}
   * @param {number} size
   */
  _read(size) {
    const state = this[kState];
    if (this.connecting || state.stream === null) this.once('connect', () => this._read(size));
    else if (!state.reading) startReading(this);
  },

  /** @this {any} */
  pause() {
    const state = this[kState];
    if (state.userBuffer && !this.connecting && state.reading) stopReading(this);
    return Duplex.prototype.pause.call(this);
  },

  /** @this {any} */
  resume() {
    readOnDemand(this);
    return Duplex.prototype.resume.call(this);
  },

  /**
   * @this {any}
   * @param {number} [size]
   */
  read(size) {
    readOnDemand(this);
    return Duplex.prototype.read.call(this, size);
  },

  /**
   * @this {any}
   * @param {number} nread
   */
  [kOnRead](nread) {
    const state = this[kState];
    if (this.destroyed) return;
    if (state.timer !== null || this._parent !== null) this._unrefTimer();
    if (state.userBuffer && state.userBuffer.buffer.length === 0) {
      this.destroy(errnoError(ENOBUFS, 'read'));
      return;
    }
    if (nread > 0) {
      state.bytesRead += nread;
      const { slab } = eventLoop();
      const wantsMore = state.userBuffer
        ? fillUserBuffer(this, slab.subarray(0, nread))
        : deliver(this, copyOf(slab, nread));
      if (!wantsMore) stopReading(this);
      return;
    }
    // After the end net leaves the handle marked as reading: nothing more can come.
    if (nread < 0) this.destroy(errnoError(nread, 'read'));
    else if (!this.readableEnded) {
      this.push(null);
      this.read(0);
    }
  },
};

module.exports = { prepareUserBuffer, readingMethods, startReading, useUserBuffer };
