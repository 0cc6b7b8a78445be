'use strict';

/**
 * The writable side as programs call it: `write()` and `end()`, which refuse what comes after the end.
 *
 * A write to a connected socket with nothing queued is one system call right here. Whatever it cannot finish goes
 * to the Writable as a whole, so that the return value, `writableLength`, `'drain'` and callbacks are Node's own;
 * `_write()` then knows by `presend` what the kernel took already.
 */

const { Buffer } = require('node:buffer');
const { Duplex } = require('node:stream');

const { atEnd } = require('../contract/at-end');
const { noteEnd } = require('../contract/ending');
const { kState } = require('../contract/record');
const { checkChunk, refuse, refuseEnd } = require('../contract/refusal');
const { codedError, invalidArgType } = require('../errors/argument');
const { validateTimeout } = require('../errors/validate');
const { byteLengthOf } = require('./byte-length');
const { flush, flushAndCork, gather, wroteStraight } = require('./gather');
const { writingMethods } = require('./writable');

/** @import { NativeStream } from '../native/stream' */
/** @import { RustSocket, WriteCallback } from './socket' */
/** @import { Answer, SocketState } from './state' */

/**
 * @param {RustSocket} socket
 * @param {unknown} chunk
 * @param {unknown} encoding
 * @param {Function} cutoff
 * @throws {TypeError}
 */
function check(socket, chunk, encoding, cutoff) {
  checkChunk(socket, chunk, encoding, cutoff);
  // Streams of Node 20 and 22 let it pass, and then their sockets throw.
  if (encoding === 'buffer' && typeof chunk === 'string') {
    throw codedError(TypeError, 'ERR_INVALID_ARG_TYPE', 'Second argument must be a buffer', cutoff);
  }
}

/**
 * @typedef {{ linger?: number }} EndOptions
 * @typedef {[chunk?: string | Uint8Array, encoding?: BufferEncoding, callback?: () => void]} WriteArgs
 */

/**
 * @param {unknown} value an argument of `end()`
 * @returns {value is EndOptions} whether it is `{ linger }` and not data, an encoding or a callback
 */
function isLinger(value) {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && 'linger' in value;
}

/**
 * Takes `{ linger }` out of the arguments of `end()`.
 *
 * @param {RustSocket} socket
 * @param {unknown[]} args
 * @returns {unknown[]} what is left
 */
function takeLinger(socket, args) {
  const at = args.findIndex(isLinger);
  if (at === -1) return args;
  const { linger } = /** @type {EndOptions} */ (args[at]);
  if (linger === undefined) throw invalidArgType('options.linger', 'number', linger);
  validateTimeout(linger, 'options.linger');
  socket[kState].lingerMs = linger;
  return args.filter((_, index) => index !== at);
}

/**
 * Only a socket that was ever begun can have ended: a fresh one answers as `net` does.
 *
 * @param {RustSocket} socket
 * @returns {boolean}
 */
function isOver(socket) {
  return !socket.writable && socket[kState].begun;
}

/**
 * May this write go straight to the kernel? If anything is under way, or may come in between, the Writable decides.
 *
 * @param {RustSocket} socket
 * @param {SocketState} state
 * @param {string | Uint8Array} chunk
 * @returns {boolean}
 */
function canSendNow(socket, state, chunk) {
  return (
    state.stream !== null &&
    !socket.connecting &&
    state.direct &&
    state.pending === null &&
    socket._pendingData === null &&
    socket.writableLength === 0 &&
    socket.writableCorked === 0 &&
    // From the high-water mark on, what write() returns differs between versions of Node.
    chunk.length < socket.writableHighWaterMark &&
    socket._write === writingMethods._write
  );
}

/**
 * Equal callbacks in a row share a tick: the Writable knows them by being one function, which so has to answer for every
 * write since the first that was gathered.
 *
 * @param {SocketState} state
 * @param {(error?: Error | null) => void} callback of the write that was done last
 * @returns {(error?: Error | null) => void}
 */
function answerOf(state, callback) {
  let { answer } = state;
  if (answer === null || answer.callback !== callback) {
    if (state.batch === null) return callback;
    /** @type {Answer['batches']} */
    const batches = [];
    const call = () => {
      const batch = batches.shift();
      if (batches.length === 0 && state.answer?.call === call) state.answer = null;
      if (batch) batch.answer(callback);
      else callback(null);
    };
    answer = { callback, batches, call };
    state.answer = answer;
  }
  answer.batches.push(state.batch);
  return answer.call;
}

/**
 * A write that is done has a callback: the Writable calls it, in the order that only it knows, after a `'drain'` that is
 * due and before the callbacks of `end()` and `'finish'`.
 *
 * @param {RustSocket} socket
 * @param {SocketState} state
 * @param {string | Uint8Array} chunk
 * @param {BufferEncoding | null | undefined} encoding
 * @param {(error?: Error | null) => void} callback
 * @returns {boolean}
 */
function confirm(socket, state, chunk, encoding, callback) {
  state.isSent = true;
  const answer = answerOf(state, callback);
  return Duplex.prototype.write.call(socket, chunk, /** @type {BufferEncoding} */ (encoding), answer);
}

/**
 * @param {RustSocket} socket
 * @param {SocketState} state
 * @param {string | Uint8Array} chunk
 * @param {BufferEncoding | null | undefined} encoding
 * @returns {boolean} whether the kernel took all of it; otherwise the state knows how much
 */
function sendWhole(socket, state, chunk, encoding) {
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding || state.defaultEncoding) : chunk;
  const taken = /** @type {NativeStream} */ (state.stream).write(bytes);
  if (taken === byteLengthOf(bytes)) {
    state.bytesDispatched += taken;
    wroteStraight(state);
    return true;
  }
  state.presend = taken;
  state.presendBytes = bytes;
  return false;
}

/**
 * @this {RustSocket}
 * @param {string | NodeJS.ArrayBufferView} chunk
 * @param {BufferEncoding | WriteCallback | null} [encoding]
 * @param {WriteCallback} [callback]
 * @returns {boolean} false: wait for `'drain'`
 */
function write(chunk, encoding, callback) {
  if (typeof encoding === 'function') {
    callback = encoding;
    encoding = null;
  }
  const state = this[kState];
  const isPlain = typeof chunk === 'string' || chunk instanceof Uint8Array;
  if (encoding || !isPlain) check(this, chunk, encoding, write);
  if (isOver(this)) return refuse(this, 'write', chunk, encoding, callback, write);
  const data = isPlain ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  let isStraight = canSendNow(this, state, data);
  const isGathered = isStraight && gather(this, state, data, encoding || state.defaultEncoding);
  if (isGathered === null) return write.call(this, chunk, encoding, callback);
  if (!isGathered) {
    if (state.batch !== null) {
      flush(this);
      isStraight &&= canSendNow(this, state, data);
    }
    if (!isStraight || !sendWhole(this, state, data, encoding)) {
      return Duplex.prototype.write.call(this, data, /** @type {BufferEncoding} */ (encoding), callback);
    }
  }
  if (state.lastQueued !== 0) state.lastQueued = 0;
  if (state.timer !== null || this._parent !== null) this._unrefTimer();
  return typeof callback === 'function' ? confirm(this, state, data, encoding, callback) : true;
}

/**
 * @this {RustSocket}
 * @param {string | NodeJS.ArrayBufferView | EndOptions | (() => void) | null} [chunk]
 * @param {BufferEncoding | EndOptions | (() => void) | null} [encoding]
 * @param {EndOptions | (() => void)} [callback]
 */
function end(chunk, encoding, callback) {
  if (isLinger(chunk) || isLinger(encoding) || isLinger(callback)) {
    [chunk, encoding, callback] = /** @type {WriteArgs} */ (takeLinger(this, [chunk, encoding, callback]));
  }
  const hasData = chunk !== undefined && chunk !== null && typeof chunk !== 'function';
  if (hasData) check(this, chunk, encoding, end);
  if (isOver(this)) return refuseEnd(this, chunk, encoding, callback, end, Duplex.prototype.end);
  if (this[kState].begun) noteEnd(this, end);
  // What was gathered would be a write after the end, should a `_final()` of somebody else wait before ours.
  if (this[kState].batch !== null && this._final !== writingMethods._final) flush(this);
  Duplex.prototype.end.call(
    this,
    chunk,
    /** @type {BufferEncoding} */ (encoding),
    /** @type {() => void} */ (callback),
  );
  const { lingerMs } = this[kState];
  if (lingerMs !== undefined) atEnd.linger(this, lingerMs);
  return this;
}

const writeMethods = {
  write,
  end,

  /**
   * @this {RustSocket}
   * @param {BufferEncoding} encoding
   */
  setDefaultEncoding(encoding) {
    Duplex.prototype.setDefaultEncoding.call(this, encoding);
    this[kState].defaultEncoding = encoding;
    return this;
  },

  /** @this {RustSocket} */
  cork() {
    flushAndCork(this);
  },

  /** @this {RustSocket} */
  destroySoon() {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', this.destroy);
  },
};

module.exports = { writeMethods };
