'use strict';

/** A write that the kernel did not take at once: what is left of it, and who waits for the end. */

const { EFAULT } = require('../errors/system');
const { AsyncCallback } = require('../node/async-callback');
const { byteLengthOf } = require('./byte-length');

/** @import { NativeStream } from '../native/stream' */

class PendingWrite {
  /** @type {Uint8Array[]} */
  #chunks;
  /** Bytes of the first chunk that are gone. */
  #offset;
  /** The answer comes in another event, but belongs to the caller of write(). */
  #callback;

  /** Bytes of the write. */
  total;
  /** Those that the kernel has yet to take. */
  remaining;
  /** Why it will take no more; 0 as long as it may. */
  errno = 0;

  /**
   * @param {Uint8Array[]} chunks
   * @param {number} total their length
   * @param {(error?: Error | null) => void} callback
   */
  constructor(chunks, total, callback) {
    this.#chunks = chunks;
    this.#offset = 0;
    this.#callback = new AsyncCallback('WRITEWRAP', callback);
    this.total = total;
    this.remaining = total;
  }

  /**
   * @param {NativeStream} stream
   * @returns {number} bytes taken by the kernel now, or an errno
   */
  send(stream) {
    const taken =
      this.#chunks.length === 1
        ? stream.writeRest(this.#chunks[0], this.#offset)
        : stream.writev(this.#chunks, this.#offset);
    // The rest of the memory is gone: it was detached, or has shrunk.
    if (taken === 0 && this.remaining > 0) return EFAULT;
    if (taken > 0) this.skip(taken);
    return taken;
  }

  /** @param {Error | null} error */
  settle(error) {
    this.#callback.call(error);
  }

  /** @param {number} taken bytes that are gone */
  skip(taken) {
    this.remaining -= taken;
    let offset = this.#offset + taken;
    let gone = 0;
    while (gone < this.#chunks.length - 1 && offset >= byteLengthOf(this.#chunks[gone])) {
      offset -= byteLengthOf(this.#chunks[gone]);
      gone += 1;
    }
    if (gone > 0) this.#chunks.splice(0, gone);
    this.#offset = offset;
  }
}

module.exports = { PendingWrite };
