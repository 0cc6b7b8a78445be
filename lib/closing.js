'use strict';

/**
 * The end of a socket. `'close'` is ours to emit, and comes when the native stream has closed, with the one
 * argument that `net` gives it: whether an error was the reason.
 */

const { takePending } = require('./dispatch');
const { endedByOfDestroy, noteEnding } = require('./ending');
const { kOnClose } = require('./listeners');
const { netError } = require('./net-error');
const { kState } = require('./state');
const { errnoError } = require('./system-error');
const { clearTimer } = require('./timeout');

/**
 * @param {any} socket
 * @param {boolean} hadError
 */
function closeStream(socket, hadError) {
  const state = socket[kState];
  const { stream } = state;
  const isReset = state.resetting;
  state.resetting = false;
  const cancel = takePending(state);
  state.stream = null;
  state.reading = false;
  state.onclosed.push(() => {
    cancel();
    socket.emit('close', hadError);
  });
  socket._sockname = null;
  if (!isReset) {
    stream.close();
    return;
  }
  const errno = stream.reset();
  if (errno < 0) socket.emit('error', errnoError(errno, 'reset'));
}

/** @param {any} socket */
function emitClose(socket) {
  socket.emit('close');
}

const closingMethods = {
  /**
   * @this {any}
   * @param {Error | null} error
   * @param {(error: Error | null) => void} callback
   */
  _destroy(error, callback) {
    const state = this[kState];
    if (state.begun) noteEnding(this, endedByOfDestroy(this, error), error ?? undefined, this.destroy);
    this.connecting = false;
    for (let socket = this; socket !== null && socket !== undefined; socket = socket._parent) clearTimer(socket);
    if (state.stream === null) {
      callback(error);
      process.nextTick(emitClose, this);
    } else {
      closeStream(this, Boolean(error));
      callback(error);
    }
    if (this._server) {
      this._server._connections -= 1;
      this._server._emitCloseIfDrained?.();
    }
  },

  /** @this {any} */
  resetAndDestroy() {
    const { stream } = this[kState];
    if (stream === null) return this.destroy(netError('ERR_SOCKET_CLOSED'));
    if (stream.kind !== 'tcp') throw netError('ERR_INVALID_HANDLE_TYPE');
    if (this.connecting) this.once('connect', () => this._reset());
    else this._reset();
    return this;
  },

  /** @this {any} */
  _reset() {
    this[kState].resetting = true;
    return this.destroy();
  },

  /** @this {any} */
  [kOnClose]() {
    this[kState].onclosed.shift()?.();
  },
};

module.exports = { closingMethods };
