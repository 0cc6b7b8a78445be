'use strict';

/**
 * The end of a socket. `'close'` is ours to emit, and comes when the native stream has closed, with the one
 * argument that `net` gives it: whether an error was the reason.
 */

const { closedChannel, publishClosed } = require('../contract/channels');
const { noteDestroy } = require('../contract/ending');
const { kState, tellClosing } = require('../contract/record');
const { netError } = require('../errors/net');
const { errnoError } = require('../errors/system');
const { kOnClose } = require('../native/events');
const { nextTick } = require('../node/clock');
const { takePending } = require('./send');
const { bytesDeliveredAtClose } = require('./state');
const { clearTimer } = require('./timeout');

/** @import { NativeStream } from '../native/stream' */
/** @import { RustSocket } from './socket' */

/** Nobody asked the kernel, or it did not tell. */
const UNKNOWN = -1;

/**
 * @param {RustSocket} socket
 * @param {Error | null} error
 */
function closeStream(socket, error) {
  const state = socket[kState];
  const stream = /** @type {NativeStream} */ (state.stream);
  const isReset = state.resetting;
  if (isReset) state.resetting = false;
  const cancel = takePending(state);
  tellClosing(socket, error);
  state.stream = null;
  state.reading = false;
  const closed = () => {
    cancel();
    socket.emit('close', Boolean(error));
  };
  // What wraps the socket (a TLSSocket, http2) says in the check phase of this loop iteration that it is closed, and the
  // socket below must have said so before; the native stream tells in the closing phase, or later.
  if (state.isWrapped) nextTick(closed);
  state.onclosed ??= [];
  state.onclosed.push(state.isWrapped ? undefined : closed);
  socket._sockname = null;
  const unacknowledged = isReset ? stream.reset() : stream.close();
  // What a Unix-domain socket says means nothing by itself.
  state.unacknowledged = stream.kind === 'tcp' ? unacknowledged : UNKNOWN;
  if (closedChannel.hasSubscribers) publishClosed(socket, socket.bytesWritten, bytesDeliveredAtClose(state));
  if (isReset && unacknowledged < 0) socket.emit('error', errnoError(unacknowledged, 'reset'));
}

/** @param {RustSocket} socket */
function emitClose(socket) {
  socket.emit('close');
}

const closingMethods = {
  /**
   * @this {RustSocket}
   * @param {Error | null} error
   * @param {(error: Error | null) => void} callback
   */
  _destroy(error, callback) {
    const state = this[kState];
    if (state.begun) noteDestroy(this, error ?? undefined, this.destroy);
    this.connecting = false;
    /** @type {RustSocket | null | undefined} */
    let socket = this;
    for (; socket !== null && socket !== undefined; socket = socket._parent) clearTimer(socket);
    if (state.stream === null) {
      callback(error);
      nextTick(emitClose, this);
    } else {
      closeStream(this, error);
      callback(error);
    }
    if (this._server) {
      this._server._connections -= 1;
      this._server._emitCloseIfDrained?.();
    }
  },

  /** @this {RustSocket} */
  resetAndDestroy() {
    const { stream } = this[kState];
    if (stream === null) return this.destroy(netError('ERR_SOCKET_CLOSED'));
    if (stream.kind !== 'tcp') throw netError('ERR_INVALID_HANDLE_TYPE');
    if (this.connecting) this.once('connect', () => this._reset());
    else this._reset();
    return this;
  },

  /** @this {RustSocket} */
  _reset() {
    this[kState].resetting = true;
    return this.destroy();
  },

  /** @this {RustSocket} */
  [kOnClose]() {
    this[kState].onclosed?.shift()?.();
  },
};

module.exports = { closingMethods };
