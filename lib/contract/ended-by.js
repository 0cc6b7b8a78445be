'use strict';

/**
 * Who ends a socket, seen at the moment of its ending: the value that `endedBy` of the error is going to have.
 *
 *     end()           timeout │ reset │ peer │ local
 *     destroy()       timeout │ peer │ destroy
 *     destroy(error)  reset │ timeout │ error
 */

const { isDestroyedByHttpClient, isEndedByHttpServer, isTimeoutOnStack, isWriteOnly } = require('../on-demand');

const RESET_CODES = new Set(['ECONNRESET', 'EPIPE']);

/** The socket whose `'timeout'` event is on the stack. @type {object | null} */
let timingOut = null;

/**
 * Who ends a socket by `end()`? Call it before the transition.
 *
 * `readableEnded` is true from the `'end'` event on. Where the socket may not stay half open it is the other side's FIN
 * that ended us, whether Node calls `end()` for us or an `'end'` listener was quicker.
 *
 * @param {any} socket
 * @returns {import('./refused-error').EndedBy}
 */
function endedByOfEnd(socket) {
  if (isTimingOut(socket)) return 'timeout';
  if (isResetStream(socket)) return 'reset';
  return socket.readableEnded === true && !staysHalfOpen(socket) && !isWriteOnly(socket) ? 'peer' : 'local';
}

/**
 * @param {any} stream
 * @returns {boolean} whether it is one of Node's `http2`
 */
function isHttp2Stream(stream) {
  return typeof stream.rstCode === 'number';
}

/**
 * Node ends a stream of `http2` when the other side has sent RST_STREAM: it is closed before it is ended. A `close()` on
 * this side is noted before that, see `http2-close.js`.
 *
 * @param {any} stream
 * @returns {boolean}
 */
function isResetStream(stream) {
  return isHttp2Stream(stream) && stream.closed;
}

/**
 * Who ends a socket by `destroy(error)`?
 *
 * @param {any} socket
 * @param {unknown} error
 * @returns {import('./refused-error').EndedBy}
 */
function endedByOfDestroy(socket, error) {
  if (error !== undefined && error !== null) return endedByOfError(error);
  if (isTimingOut(socket)) return 'timeout';
  return socket.readableEnded === true && isDestroyedByHttpClient(socket) ? 'peer' : 'destroy';
}

/**
 * @param {any} error
 * @returns {'reset' | 'timeout' | 'error'}
 */
function endedByOfError(error) {
  const code = error?.code;
  if (RESET_CODES.has(code)) return 'reset';
  return code === 'ETIMEDOUT' ? 'timeout' : 'error';
}

/**
 * Runs `emitTimeout`, which emits the `'timeout'` event of the socket: what ends the socket in there is the timeout.
 *
 * @template T
 * @param {object} socket
 * @param {() => T} emitTimeout called with the socket as `this`
 * @returns {T}
 */
function insideTimeout(socket, emitTimeout) {
  const outer = timingOut;
  timingOut = socket;
  try {
    return emitTimeout.call(socket);
  } finally {
    timingOut = outer;
  }
}

/**
 * @param {any} socket
 * @returns {boolean}
 */
function isTimingOut(socket) {
  if (timingOut !== null) return timingOut === socket || timingOut === socket.socket;
  return (hasTimeout(socket) || hasTimeout(socket.socket)) && isTimeoutOnStack();
}

/**
 * Node keeps what it was given as `timeout`, also if it then throws: that can be anything.
 *
 * @param {any} socket
 * @returns {boolean}
 */
function hasTimeout(socket) {
  const timeout = socket?.timeout;
  return typeof timeout === 'number' && timeout > 0;
}

/**
 * @param {any} socket
 * @returns {boolean}
 */
function staysHalfOpen(socket) {
  return socket.allowHalfOpen === true && !isEndedByHttpServer(socket);
}

module.exports = { endedByOfDestroy, endedByOfEnd, endedByOfError, insideTimeout, isHttp2Stream };
