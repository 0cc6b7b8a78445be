'use strict';

/** `socket.setTimeout()`: an event after so much silence in both directions. It never closes the socket. */

const { insideTimeout } = require('../contract/ending');
const { kState } = require('../contract/record');
const { invalidArgType, outOfRange } = require('../errors/argument');
const { validateFunction } = require('../errors/validate');
const { clearTimeout, setTimeout } = require('../node/clock');

/** @import { RustSocket } from './socket' */

/** The longest time that a timer of Node can wait. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * @param {unknown} msecs
 * @returns {number}
 */
function timerDuration(msecs) {
  if (typeof msecs !== 'number') throw invalidArgType('msecs', 'number', msecs);
  if (msecs < 0 || !Number.isFinite(msecs)) throw outOfRange('msecs', 'a non-negative finite number', msecs);
  if (msecs <= MAX_TIMEOUT_MS) return msecs;
  process.emitWarning(
    `${msecs} does not fit into a 32-bit signed integer.\nTimer duration was truncated to ${MAX_TIMEOUT_MS}.`,
    'TimeoutOverflowWarning',
  );
  return MAX_TIMEOUT_MS;
}

/** @param {RustSocket} socket */
function clearTimer(socket) {
  const state = socket[kState];
  if (!state?.timer) return;
  clearTimeout(state.timer);
  state.timer = null;
}

/** @param {RustSocket} socket */
function onTimer(socket) {
  socket._onTimeout();
}

/** @this {RustSocket} */
function emitTimeout() {
  this.emit('timeout');
}

const timeoutMethods = {
  /**
   * @this {RustSocket}
   * @param {number} msecs 0 turns the timeout off
   * @param {() => void} [callback] a listener for one `'timeout'`
   */
  setTimeout(msecs, callback) {
    if (this.destroyed) return this;
    this.timeout = msecs;
    const duration = timerDuration(msecs);
    const state = this[kState];
    clearTimer(this);
    if (duration > 0) {
      state.timer = setTimeout(onTimer, duration, this);
      state.timer.unref();
    }
    if (callback !== undefined) {
      validateFunction(callback, 'callback');
      if (duration > 0) this.once('timeout', callback);
      else this.removeListener('timeout', callback);
    }
    return this;
  },

  /** @this {RustSocket} */
  _onTimeout() {
    const state = this[kState];
    if (state.lastQueued > 0 && state.stream !== null) {
      const queued = state.pending === null ? 0 : state.pending.remaining;
      if (queued !== state.lastQueued) {
        // The peer has taken bytes of our write since we last looked: that is not silence.
        state.lastQueued = queued;
        this._unrefTimer();
        return;
      }
    }
    insideTimeout(this, emitTimeout);
  },

  /** @this {RustSocket} */
  _unrefTimer() {
    /** @type {RustSocket | null | undefined} */
    let socket = this;
    for (; socket !== null && socket !== undefined; socket = socket._parent) {
      socket[kState]?.timer?.refresh();
    }
  },
};

module.exports = { clearTimer, timeoutMethods };
