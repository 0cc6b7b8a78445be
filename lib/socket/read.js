'use strict';

/**
 * The readable side: bytes come from the native loop's slab, short messages by way of Node's pool, and stop coming when
 * nobody takes them.
 */

const { Duplex } = require('node:stream');

const { kState } = require('../contract/record');
const { ENOBUFS, errnoError } = require('../errors/system');
const { eventLoop } = require('../native/addon');
const { kOnRead, kOnShort } = require('../native/events');
const { copyOf, pooledAt } = require('../native/pool');

/** @import { NativeStream } from '../native/stream' */
/** @import { RustSocket } from './socket' */
/** @import { UserBuffer } from './state' */

/** To know it from a `push` that somebody has put in its place. */
const { push } = Duplex.prototype;

/** @param {RustSocket} socket */
function startReading(socket) {
  const state = socket[kState];
  state.reading = true;
  const errno = /** @type {NativeStream} */ (state.stream).readStart();
  if (errno < 0) socket.destroy(errnoError(errno, 'read'));
}

/** @param {RustSocket} socket */
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
 * @param {RustSocket} socket
 */
function readOnDemand(socket) {
  const state = socket[kState];
  if (state.userBuffer && !socket.connecting && state.stream !== null && !state.reading) startReading(socket);
}

/** @typedef {{ buffer: Uint8Array | (() => Uint8Array), callback: UserBuffer['callback'] }} OnRead */

/**
 * The `onread` option: `{ buffer, callback }`, where buffer may be a function that gives the next one.
 *
 * @param {RustSocket} socket
 * @param {OnRead} onread as the program gave it: it may be anything
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
 * @param {RustSocket} socket
 */
function prepareUserBuffer(socket) {
  const { stream, userBuffer } = socket[kState];
  if (stream === null || !userBuffer) return;
  if (userBuffer.next !== null) {
    const next = userBuffer.next();
    if (!(next instanceof Uint8Array)) return;
    userBuffer.buffer = next;
  }
  if (userBuffer.buffer !== true) stream.limitRead(userBuffer.buffer.length);
}

/**
 * @param {RustSocket} socket
 * @param {UserBuffer} userBuffer
 * @param {Uint8Array} bytes
 * @returns {boolean} whether to go on
 */
function fillUserBuffer(socket, userBuffer, bytes) {
  const { buffer } = userBuffer;
  // A function that has given none yet: the callback hears of bytes that nobody gets, as in net.
  if (buffer !== true) buffer.set(bytes);
  const goOn = userBuffer.callback.call(socket, bytes.length, buffer) !== false;
  const next = userBuffer.next?.();
  if (next instanceof Uint8Array) {
    userBuffer.buffer = next;
    if (buffer === true || next.length !== buffer.length) socket[kState].stream?.limitRead(next.length);
  }
  return goOn;
}

/**
 * What `push()` comes to on a flowing socket with nothing buffered, less the tick in which it asks for more: the
 * native stream goes on by itself. The first chunk takes the long way, by which the Duplex learns that it was read.
 *
 * @param {RustSocket} socket
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

/**
 * Something was read. That is activity, which a timeout waits for. A socket whose own buffer has no room is destroyed.
 *
 * @param {RustSocket} socket
 * @returns {boolean} whether it is to be told
 */
function admitRead(socket) {
  const { timer, userBuffer } = socket[kState];
  if (socket.destroyed) return false;
  if (timer !== null || socket._parent !== null) socket._unrefTimer();
  if (!userBuffer || userBuffer.buffer === true || userBuffer.buffer.length > 0) return true;
  socket.destroy(errnoError(ENOBUFS, 'read'));
  return false;
}

/**
 * @param {RustSocket} socket
 * @param {number} length
 * @param {Buffer} bytes to be kept, but by a socket with a buffer of the user's
 */
function receive(socket, length, bytes) {
  const state = socket[kState];
  state.bytesRead += length;
  const { userBuffer } = state;
  const wantsMore = userBuffer ? fillUserBuffer(socket, userBuffer, bytes) : deliver(socket, bytes);
  if (!wantsMore) stopReading(socket);
}

const readingMethods = {
  /**
   * @this {RustSocket}
   * @param {number} size
   */
  _read(size) {
    const state = this[kState];
    if (this.connecting || state.stream === null) this.once('connect', () => this._read(size));
    else if (!state.reading) startReading(this);
  },

  /** @this {RustSocket} */
  pause() {
    const state = this[kState];
    if (state.userBuffer && !this.connecting && state.reading) stopReading(this);
    return Duplex.prototype.pause.call(this);
  },

  /** @this {RustSocket} */
  resume() {
    readOnDemand(this);
    return Duplex.prototype.resume.call(this);
  },

  /**
   * @this {RustSocket}
   * @param {number} [size]
   */
  read(size) {
    readOnDemand(this);
    return Duplex.prototype.read.call(this, size);
  },

  /**
   * @this {RustSocket}
   * @param {number} nread bytes in the slab, 0 for the end of the stream, or an errno
   */
  [kOnRead](nread) {
    if (!admitRead(this)) return;
    if (nread > 0) {
      const loop = eventLoop();
      receive(this, nread, this[kState].userBuffer ? loop.slab.subarray(0, nread) : copyOf(loop, nread));
    } else if (nread < 0) {
      this.destroy(errnoError(nread, 'read'));
    } else if (!this.readableEnded) {
      // After the end net leaves the handle marked as reading: nothing more can come.
      this.push(null);
      this.read(0);
    }
  },

  /**
   * @this {RustSocket}
   * @param {number} place of a short message in the pool
   */
  [kOnShort](place) {
    if (!admitRead(this)) return;
    const chunk = pooledAt(place);
    receive(this, chunk.length, chunk);
  },
};

module.exports = { prepareUserBuffer, readingMethods, useUserBuffer };
