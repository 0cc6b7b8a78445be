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
const { checkChunk } = require('../contract/check-chunk');
const { noteEnd } = require('../contract/ending');
const { kState } = require('../contract/record');
const { refuse, refuseEnd } = require('../contract/refusal');
const { codedError, invalidArgType } = require('../errors/argument');
const { validateTimeout } = require('../errors/validate');
const { byteLengthOf } = require('./byte-length');
const { flush, flushAndCork, gather, wroteStraight } = require('./gather');
const { writingMethods } = require('./writable');

/**
 * @param {any} socket
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
 * @param {any} value an argument of `end()`
 * @returns {boolean} whether it is `{ linger }` and not data, an encoding or a callback
 */
function isLinger(value) {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && 'linger' in value;
}

/**
 * Takes `{ linger }` out of the arguments of `end()`.
 *
 * @param {any} socket
 * @param {any[]} args
 * @returns {any[]} what is left
 */
function takeLinger(socket, args) {
  const at = args.findIndex(isLinger);
  if (at === -1) return args;
  const { linger } = args[at];
  if (linger === undefined) throw invalidArgType('options.linger', 'number', linger);
  validateTimeout(linger, 'options.linger');
  socket[kState].lingerMs = linger;
  return args.filter((_, index) => index !== at);
}

/**
 * Only a socket that was ever begun can have ended: a fresh one answers as `net` does.
 *
 * @param {any} socket
 * @returns {boolean}
 */
function isOver(socket) {
  return !socket.writable && socket[kState].begun;
}

/**
 * May this write go straight to the kernel? If anything is under way, or may come in between, the Writable decides.
 *
 * @param {any} socket
 * @param {any} state
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
 * @param {any} state
 * @param {(error?: Error | null) => void} callback of the write that was done last
 * @returns {(error?: Error | null) => void}
 */
function answerOf(state, callback) {
  const isNew = state.answer === null || state.answer.callback !== callback;
  if (isNew && state.batch === null) return callback;
  if (isNew) {
    /** @type {Array<any>} */
    const batches = [];
    const call = () => {
      const batch = batches.shift();
      if (batches.length === 0 && state.answer?.call === call) state.answer = null;
      if (batch === null) callback(null);
      else batch.answer(callback);
    };
    state.answer = { callback, batches, call };
  }
  state.answer.batches.push(state.batch);
  return state.answer.call;
}

/**
 * A write that is done has a callback: the Writable calls it, in the order that only it knows, after a `'drain'` that is
 * due and before the callbacks of `end()` and `'finish'`.
 *
 * @param {any} socket
 * @param {any} state
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
 * @param {any} socket
 * @param {any} state
 * @param {string | Uint8Array} chunk
 * @param {BufferEncoding | null | undefined} encoding
 * @returns {boolean} whether the kernel took all of it; otherwise the state knows how much
 */
function sendWhole(socket, state, chunk, encoding) {
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding || state.defaultEncoding) : chunk;
  const taken = state.stream.write(bytes);
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
 * @this {any}
 * @param {any} chunk
 * @param {any} [encoding]
 * @param {any} [callback]
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
  if (!isPlain) chunk = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  let isStraight = canSendNow(this, state, chunk);
  const isGathered = isStraight && gather(this, state, chunk, encoding || state.defaultEncoding);
  if (isGathered === null) return write.call(this, chunk, encoding, callback);
  if (!isGathered) {
    if (state.batch !== null) {
      flush(this);
      isStraight &&= canSendNow(this, state, chunk);
    }
    if (!isStraight || !sendWhole(this, state, chunk, encoding)) {
      return Duplex.prototype.write.call(this, chunk, encoding, callback);
    }
  }
  if (state.lastQueued !== 0) state.lastQueued = 0;
  if (state.timer !== null || this._parent !== null) this._unrefTimer();
  return typeof callback === 'function' ? confirm(this, state, chunk, encoding, callback) : true;
}

/**
 * @this {any}
 * @param {any} [chunk]
 * @param {any} [encoding]
 * @param {any} [callback]
 */
function end(chunk, encoding, callback) {
  if (isLinger(chunk) || isLinger(encoding) || isLinger(callback)) {
    [chunk, encoding, callback] = takeLinger(this, [chunk, encoding, callback]);
  }
  const hasData = chunk !== undefined && chunk !== null && typeof chunk !== 'function';
  if (hasData) check(this, chunk, encoding, end);
  if (isOver(this)) return refuseEnd(this, chunk, encoding, callback, end, Duplex.prototype.end);
  if (this[kState].begun) noteEnd(this, end);
  // What was gathered would be a write after the end, should a `_final()` of somebody else wait before ours.
  if (this[kState].batch !== null && this._final !== writingMethods._final) flush(this);
  Duplex.prototype.end.call(this, chunk, encoding, callback);
  if (this[kState].lingerMs !== undefined) atEnd.linger(this, this[kState].lingerMs);
  return this;
}

const writeMethods = {
  write,
  end,

  /**
   * @this {any}
   * @param {string} encoding
   */
  setDefaultEncoding(encoding) {
    Duplex.prototype.setDefaultEncoding.call(this, /** @type {BufferEncoding} */ (encoding));
    this[kState].defaultEncoding = encoding;
    return this;
  },

  /** @this {any} */
  cork() {
    flushAndCork(this);
  },

  /** @this {any} */
  destroySoon() {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', this.destroy);
  },
};

module.exports = { writeMethods };
