'use strict';

/**
 * Small writes to one socket in one tick leave together.
 *
 *     write ──► kernel        the first of a tick, at once
 *     write ──► batch ─┐
 *     write ──► batch ─┤      the others are copied into one buffer …
 *                      └──►   … which is one call at the end of the tick, or sooner (below)
 *
 * Gathered bytes count as written. They are sent before anything that comes after them: at the next write that is not
 * gathered, at `cork()`, `end()`, `destroy()`, `unref()` and at the exit of the process; also when the buffer is full, and
 * at a write that comes more than a millisecond after the first of the batch. `{ gather: false }` turns gathering off.
 */

const { Duplex } = require('node:stream');

const { byteLengthOf } = require('./byte-length');
const { isOn: isPoisoned, poison } = require('./poison');
const { kState } = require('./state');
const { nextTick, nowMs } = require('./timers');

/** The size of a batch. */
const BATCH_BYTES = 65_536;
/** What it begins with: room for a few messages, as a broadcast writes to thousands of sockets in one tick. */
const FIRST_BYTES = 2048;
/** A longer chunk is worth a call of its own. */
const MAX_CHUNK_BYTES = 16_384;
/** UTF-8 needs at most so many bytes for one unit of a string, and every other encoding less. */
const MAX_BYTES_PER_UNIT = 3;
/** A tick that takes longer than this is not waited for. */
const MAX_WAIT_MS = 1;
/** Buffers of full size, kept for the next batches. */
const MAX_SPARE_BUFFERS = 16;

/** @type {Buffer[]} */
const spareBuffers = [];

/** Sockets with a batch, until the end of the tick. @type {any[]} */
let waiting = [];
let isExiting = false;
let listensForExit = false;

/** Counts what the event loop tells us: two writes under the same number may be of one tick. */
let turn = 0;
/**
 * Ticks that no event of ours begins, such as those of timers, are not told. When a write has waited for others in vain,
 * it may have been for that: from then until the next event, ticks with a write are counted by a tick of their own.
 */
let countsTicks = false;
let isCounting = false;

class Batch {
  /** @type {Buffer} */
  #buffer = spareBuffers.pop() ?? Buffer.allocUnsafe(FIRST_BYTES);
  #startedAt = nowMs();
  /** Null: not sent yet. Otherwise what became of it. @type {{ error: Error | null } | null} */
  #outcome = null;
  /** Callbacks that were due before the outcome was known. @type {Array<(error: Error | null) => void>} */
  #due = [];

  length = 0;
  writes = 0;

  /**
   * @param {string | Uint8Array} chunk
   * @returns {boolean}
   */
  accepts(chunk) {
    return roomFor(chunk) <= BATCH_BYTES - this.length && nowMs() - this.#startedAt < MAX_WAIT_MS;
  }

  /**
   * @param {string | Uint8Array} chunk
   * @param {BufferEncoding} encoding
   * @returns {number} its length in bytes
   */
  add(chunk, encoding) {
    const start = this.length;
    this.writes += 1;
    if (roomFor(chunk) > this.#buffer.length - start) this.#grow();
    if (typeof chunk === 'string') {
      this.length += this.#buffer.write(chunk, start, encoding);
    } else if (byteLengthOf(chunk) > 0) {
      // Detached memory would throw.
      this.#buffer.set(chunk, start);
      this.length += byteLengthOf(chunk);
    }
    return this.length - start;
  }

  #grow() {
    const larger = spareBuffers.pop() ?? Buffer.allocUnsafeSlow(BATCH_BYTES);
    larger.set(this.bytes);
    this.#buffer = larger;
  }

  get bytes() {
    return this.#buffer.subarray(0, this.length);
  }

  /**
   * @param {Error | null} error
   * @param {boolean} isFree whether nobody needs the buffer any more
   */
  settle(error, isFree) {
    this.#outcome = { error };
    if (isFree && isPoisoned) poison(this.#buffer);
    const isSpare = isFree && this.#buffer.length === BATCH_BYTES && spareBuffers.length < MAX_SPARE_BUFFERS;
    if (isSpare) spareBuffers.push(this.#buffer);
    if (this.#due.length > 0) this.#callDue(error);
  }

  /** @param {Error | null} error */
  #callDue(error) {
    try {
      for (let due = this.#due.shift(); due !== undefined; due = this.#due.shift()) due(error);
    } finally {
      // One of them has thrown: the others are called all the same.
      if (this.#due.length > 0) nextTick(() => this.#callDue(error));
    }
  }

  /**
   * The tick has come for the callback of a write in this batch.
   *
   * @param {(error: Error | null) => void} callback
   */
  answer(callback) {
    if (this.#outcome === null) this.#due.push(callback);
    else callback(this.#outcome.error);
  }
}

/**
 * @param {string | Uint8Array} chunk
 * @returns {number} bytes that it needs at most
 */
function roomFor(chunk) {
  return typeof chunk === 'string' ? chunk.length * MAX_BYTES_PER_UNIT : byteLengthOf(chunk);
}

/** An event has come: a new tick has begun. */
function nextTurn() {
  turn += 1;
  countsTicks = false;
}

/**
 * A write went straight to the kernel; whatever else this tick writes can wait for its end.
 *
 * @param {any} state
 */
function wroteStraight(state) {
  state.turn = turn;
  if (!countsTicks || isCounting) return;
  isCounting = true;
  nextTick(countTick);
}

function countTick() {
  isCounting = false;
  turn += 1;
}

/**
 * @param {any} socket
 * @param {any} state
 * @param {string | Uint8Array} chunk which could go straight to the kernel
 * @param {BufferEncoding} encoding
 * @returns {boolean} whether it was gathered
 */
function gather(socket, state, chunk, encoding) {
  if (state.turn !== turn || !state.gathers || isExiting) return false;
  if ((typeof chunk === 'string' ? chunk.length : byteLengthOf(chunk)) > MAX_CHUNK_BYTES) return false;
  if (state.batch === null) begin(socket, state);
  else if (!state.batch.accepts(chunk)) return false;
  state.bytesDispatched += state.batch.add(chunk, encoding);
  return true;
}

/**
 * @param {any} socket
 * @param {any} state
 */
function begin(socket, state) {
  state.batch = new Batch();
  if (waiting.length === 0) nextTick(flushAll);
  waiting.push(socket);
  if (!listensForExit) {
    listensForExit = true;
    process.on('exit', flushAtExit);
  }
}

/**
 * Takes the batch out of the state, for its bytes to be sent before others.
 *
 * @param {any} state
 * @returns {Batch | null}
 */
function takeBatch(state) {
  const { batch } = state;
  state.batch = null;
  state.turn = -1;
  return batch;
}

/**
 * Sends what was gathered. What the kernel does not take now becomes one write of the Writable.
 *
 * @param {any} socket
 */
function flush(socket) {
  const state = socket[kState];
  const batch = takeBatch(state);
  if (batch === null) return;
  if (batch.writes === 1) countsTicks = true;
  const { bytes } = batch;
  const taken = state.stream.write(bytes, 0);
  if (taken === bytes.length) {
    batch.settle(null, true);
    return;
  }
  state.presend = taken;
  state.presendBytes = bytes;
  state.bytesDispatched -= bytes.length;
  Duplex.prototype.write.call(socket, bytes, 'utf8', (error) => batch.settle(error ?? null, false));
}

function flushAll() {
  const sockets = waiting;
  waiting = [];
  for (const socket of sockets) flush(socket);
}

function flushAtExit() {
  isExiting = true;
  flushAll();
}

module.exports = { flush, gather, nextTurn, takeBatch, wroteStraight };
