'use strict';

/**
 * What was gathered for one socket (see gather.js), in a buffer that is small as long as it suffices. Those of full size are
 * few, and used again.
 */

const { Buffer } = require('node:buffer');

const { nextTick, nowMs } = require('../node/clock');
const { byteLengthOf } = require('./byte-length');

/** The full size of a batch. */
const BATCH_BYTES = 65_536;
/** What it begins with: room for a few messages, as a broadcast writes to thousands of sockets in one tick. */
const FIRST_BYTES = 2048;
/** UTF-8 needs at most so many bytes for one unit of a string, and every other encoding less. */
const MAX_BYTES_PER_UNIT = 3;
/** A tick that takes longer than this is not waited for. */
const MAX_WAIT_MS = 1;
/** Buffers of full size, kept for the next batches. */
const MAX_SPARE_BUFFERS = 16;
/** Batches of full size at a time: a tick that writes to ten thousand sockets need not hold all of it. */
const MAX_FULL_SIZE = 64;

/** @type {Buffer[]} */
const spareBuffers = [];
/** Batches of full size that wait. */
let fullSized = 0;

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

  /** @param {boolean} hasFirst whether it begins with the first write of a tick */
  constructor(hasFirst) {
    this.hasFirst = hasFirst;
    if (this.#isFullSize) fullSized += 1;
  }

  /** Whether another one must not grow to its full size before one of those that have it is sent. */
  static get areTooMany() {
    return fullSized >= MAX_FULL_SIZE;
  }

  get #isFullSize() {
    return this.#buffer.length === BATCH_BYTES;
  }

  /** It waits for no more writes: it is being sent, or never will be. */
  leave() {
    if (this.#isFullSize) fullSized -= 1;
  }

  /**
   * @param {number} room
   * @returns {boolean}
   */
  mustGrowFor(room) {
    return room > this.#buffer.length - this.length;
  }

  /**
   * @param {number} room
   * @returns {boolean}
   */
  accepts(room) {
    return room <= BATCH_BYTES - this.length && this.isYoung;
  }

  /** Whether more writes may be waited for. */
  get isYoung() {
    return nowMs() - this.#startedAt < MAX_WAIT_MS;
  }

  /**
   * @param {string | Uint8Array} chunk
   * @param {BufferEncoding} encoding
   * @param {number} room that of the chunk
   * @returns {number} its length in bytes
   */
  add(chunk, encoding, room) {
    const start = this.length;
    this.writes += 1;
    if (this.mustGrowFor(room)) this.#grow();
    if (typeof chunk === 'string') {
      this.length += this.#buffer.write(chunk, start, encoding);
    } else if (room > 0) {
      // Detached memory would throw.
      this.#buffer.set(chunk, start);
      this.length += room;
    }
    return this.length - start;
  }

  #grow() {
    const larger = spareBuffers.pop() ?? Buffer.allocUnsafeSlow(BATCH_BYTES);
    larger.set(this.bytes);
    this.#buffer = larger;
    fullSized += 1;
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
    const isSpare = isFree && this.#isFullSize && spareBuffers.length < MAX_SPARE_BUFFERS;
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
 * The room of a chunk, which is asked for once: to get behind what a subclass claims costs as much as to copy 32 bytes.
 *
 * @param {string | Uint8Array} chunk
 * @returns {number} bytes that it needs at most; of a Uint8Array, those that it has
 */
function roomFor(chunk) {
  return typeof chunk === 'string' ? chunk.length * MAX_BYTES_PER_UNIT : byteLengthOf(chunk);
}

module.exports = { Batch, roomFor };
