'use strict';

/**
 * Waits for something to become true of a connection. The kernel has no event for an acknowledgement, so it is asked
 * again and again, at the pace of the connection:
 *
 *     look ── not yet ──► sleep one round trip ──► look ── something came ──► sleep one round trip ──► …
 *                                                    └── nothing came ──► sleep 1/4, 1/2, 1, 2, … round trips, at most 1 s
 *
 * Acknowledgements come at least once a round trip as long as there are any, so this is a handful of looks for a
 * window of data, and one a second for a peer that is silent. A last look is taken before the socket is closed.
 */

const { endedByOfError } = require('../contract/ending');
const { beforeClose, recordFor } = require('../contract/record');
const { abortError } = require('../errors/net');
const { clearImmediate, clearTimeout, setImmediate, setTimeout } = require('../node/clock');
const { keepsAlive, snapshotOf } = require('./snapshot');

/** A timer cannot be shorter. */
const MIN_SLEEP_MS = 1;
const MAX_SLEEP_MS = 1000;
/** The first sleep without progress, as a part of the round-trip time; each further one is twice as long. */
const FIRST_STALL = 0.25;

/**
 * @typedef {import('./snapshot').Snapshot} Snapshot
 *
 * `done`: the condition holds. `dead`: the connection is over, and it never will. `timeout`: time is up.
 *
 * @typedef {object} Verdict
 * @property {'done' | 'dead' | 'timeout'} verdict
 * @property {Snapshot | null} look the last one, if there was any
 * @property {Error | null} error what destroyed the socket
 */

/**
 * @typedef {object} WatchOptions
 * @property {number} [timeout] milliseconds
 * @property {AbortSignal} [signal]
 */

class ConnectionWatch {
  #socket;
  #isDone;
  #signal;
  /** @type {Snapshot | null} */
  #look = null;
  #stalls = 0;
  /** @type {NodeJS.Timeout | undefined} */
  #sleep;
  /** @type {NodeJS.Immediate | undefined} */
  #immediate;
  /** @type {NodeJS.Timeout | undefined} */
  #deadline;
  /** @type {() => void} */
  #forget;
  /** @type {(verdict: Verdict) => void} */
  #resolve;
  /** @type {(error: Error) => void} */
  #reject;

  /**
   * @param {import('node:net').Socket} socket
   * @param {(look: Snapshot) => boolean} isDone
   * @param {WatchOptions} options
   * @param {(verdict: Verdict) => void} resolve
   * @param {(error: Error) => void} reject
   */
  constructor(socket, isDone, { timeout, signal }, resolve, reject) {
    this.#socket = socket;
    this.#isDone = isDone;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#forget = beforeClose(socket, (error) => this.#lastLook(error));
    (recordFor(socket).referenced ??= new Set()).add(this.#heedReference);
    signal?.addEventListener('abort', this.#abort, { once: true });
    if (timeout !== undefined) this.#deadline = this.#timer(() => this.#end('timeout'), timeout);
    if (socket.connecting) socket.once('connect', this.#next);
    else this.#next();
  }

  #next = () => {
    const before = this.#look;
    const look = snapshotOf(this.#socket);
    if (look === null || typeof look === 'number') {
      this.#end('dead');
      return;
    }
    this.#look = look;
    if (this.#isDone(look)) {
      this.#end('done');
    } else if (look.peer === 'reset') {
      // If the socket is reading, it is about to learn why, and the last look comes with the error.
      this.#immediate = setImmediate(() => this.#end('dead'));
    } else {
      const isProgress = before === null || before.delivered !== look.delivered || before.peer !== look.peer;
      this.#stalls = isProgress ? 0 : this.#stalls + 1;
      this.#sleep = this.#timer(this.#next, this.#pace(look.rttMs));
    }
  };

  #heedReference = () => {
    if (this.#sleep !== undefined) this.#keepAlive(this.#sleep);
    if (this.#deadline !== undefined) this.#keepAlive(this.#deadline);
  };

  /** @param {number} rttMs */
  #pace(rttMs) {
    const roundTrip = Math.max(rttMs, MIN_SLEEP_MS);
    if (this.#stalls === 0) return Math.min(Math.ceil(roundTrip), MAX_SLEEP_MS);
    return Math.min(Math.max(Math.ceil(roundTrip * FIRST_STALL * 2 ** (this.#stalls - 1)), MIN_SLEEP_MS), MAX_SLEEP_MS);
  }

  /**
   * @param {Error | null} error
   */
  #lastLook(error) {
    const look = snapshotOf(this.#socket, error !== null && endedByOfError(error) === 'reset');
    let isDone = false;
    if (look !== null && typeof look === 'object') {
      this.#look = look;
      isDone = this.#isDone(look);
    }
    this.#end(isDone ? 'done' : 'dead', error);
  }

  #abort = () => {
    this.#stop();
    this.#reject(abortError(/** @type {AbortSignal} */ (this.#signal)));
  };

  /**
   * @param {'done' | 'dead' | 'timeout'} verdict
   * @param {Error | null} [error]
   */
  #end(verdict, error = null) {
    this.#stop();
    this.#resolve({ verdict, look: this.#look, error });
  }

  #stop() {
    clearTimeout(this.#sleep);
    clearImmediate(this.#immediate);
    clearTimeout(this.#deadline);
    this.#forget();
    recordFor(this.#socket).referenced?.delete(this.#heedReference);
    this.#socket.removeListener('connect', this.#next);
    this.#signal?.removeEventListener('abort', this.#abort);
  }

  /**
   * @param {() => void} callback
   * @param {number} delayMs
   */
  #timer(callback, delayMs) {
    return this.#keepAlive(setTimeout(callback, delayMs));
  }

  /**
   * Waiting keeps the process alive as a pending write would, unless the socket was told not to, be it meanwhile.
   *
   * @param {NodeJS.Timeout} timer
   */
  #keepAlive(timer) {
    return keepsAlive(this.#socket) ? timer.ref() : timer.unref();
  }
}

/**
 * @param {import('node:net').Socket} socket
 * @param {(look: Snapshot) => boolean} isDone
 * @param {WatchOptions} options
 * @returns {Promise<Verdict>} rejects with an `AbortError` only
 */
function watchConnection(socket, isDone, options) {
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) reject(abortError(options.signal));
    else new ConnectionWatch(socket, isDone, options, resolve, reject);
  });
}

module.exports = { watchConnection };
