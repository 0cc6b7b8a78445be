'use strict';

/** How long a write may be unfinished: `{ writeTimeout }` and `socket.setWriteTimeout()`. */

const { noteFailure } = require('../contract/ending');
const { kState } = require('../contract/record');
const { ETIMEDOUT, errnoError, withBytes } = require('../errors/system');
const { validateTimeout } = require('../errors/validate');
const { clearTimeout, setTimeout } = require('../node/clock');

/** @import { RustSocket } from './socket' */
/** @import { SocketState } from './state' */

/**
 * A write was not finished at once.
 *
 * @param {RustSocket} socket
 */
function startWriteTimer(socket) {
  const state = socket[kState];
  clearWriteTimer(state);
  state.writeTimer = setTimeout(onWriteTimeout, state.writeTimeoutMs, socket);
}

/** @param {SocketState} state */
function clearWriteTimer(state) {
  clearTimeout(state.writeTimer ?? undefined);
  state.writeTimer = null;
}

/** @param {RustSocket} socket */
function onWriteTimeout(socket) {
  const state = socket[kState];
  const { pending } = state;
  const error = errnoError(ETIMEDOUT, 'write');
  if (pending === null) {
    // Still connecting.
    socket.destroy(error);
    return;
  }
  state.pending = null;
  state.lastQueued = 0;
  state.bytesUnsent += pending.remaining;
  noteFailure(socket, error);
  pending.settle(withBytes(error, pending.total - pending.remaining, pending.remaining));
}

const writeTimeoutMethods = {
  /**
   * A write that the kernel has not taken so many milliseconds after its turn had come ends the socket with `ETIMEDOUT`.
   *
   * @this {RustSocket}
   * @param {number} msecs 0 turns it off
   */
  setWriteTimeout(msecs) {
    validateTimeout(msecs, 'msecs');
    const state = this[kState];
    state.writeTimeoutMs = msecs;
    if (msecs === 0) clearWriteTimer(state);
    else if (state.pending !== null || this._pendingData !== null) startWriteTimer(this);
    return this;
  },
};

module.exports = { clearWriteTimer, startWriteTimer, writeTimeoutMethods };
