'use strict';

/** `socket.setTimeout()`: an event after so much silence in both directions. It never closes the socket. */

const { insideTimeout } = require('../contract/ending');
const { kState } = require('../contract/record');
const { invalidArgType, outOfRange } = require('../errors/argument');
const { validateFunction } = require('../errors/validate');
const { clearTimeout, setTimeout } = require('../node/clock');

/** The longest time that a timer of Node can wait. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * @param {any} msecs
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

/** @param {any} socket */
function clearTimer(socket) {
  const state = socket[kState];
  if (!state?.timer) return;
  clearTimeout(state.timer);
  state.timer = null;
}

/** @param {any} socket */
function onTimer(socket) {
  socket._onTimeout();
}

/** @this {any} */
function emitTimeout() {
  this.emit('timeout');
}

const timeoutMethods = {
  /**
   * @this {any}
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

  /** @this {any} */
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

  /** @this {any} */
  _unrefTimer() {
    for (let socket = this; socket !== null && socket !== undefined; socket = socket._parent) {
      socket[kState]?.timer?.refresh();
    }
  },
};

module.exports = { clearTimer, timeoutMethods };
