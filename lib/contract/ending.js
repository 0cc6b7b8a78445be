'use strict';

/**
 * When a stream has ended, and who ended it. A stream has ended from the first of `writableEnded`, `destroyed` or
 * `errored !== null`; that first transition decides, and what comes after it changes nothing:
 *
 *     connect() ──▶ open ──▶ end()             noteEnd       timeout │ reset │ peer │ local
 *       ▲                ──▶ destroy()         noteDestroy   timeout │ peer │ destroy
 *       │                ──▶ destroy(error)    noteDestroy   reset │ timeout │ error
 *       │                ──▶ a failed write    noteFailure   reset │ timeout │ error
 *       └── forgetEnding ◀── ended
 *
 * Nothing of it shows on the object, see `record.js`.
 *
 * @typedef {object} Ending
 * @property {import('./refused-error').EndedBy} endedBy
 * @property {unknown} [cause] the error that ended the socket, if one did
 * @property {number} [time] milliseconds, as of `nowMs()`, unless the ending is older than our watch
 * @property {import('./refused-error').Addresses} [addresses] of the connection that ended, if they were read at its end
 * @property {Error} [trace] made at the line that ended the socket, if tracing is on
 */

const { nowMs } = require('../node/clock');
const { isDestroyedByHttpClient, isEndedByHttpServer } = require('../node/http');
const { isTimeoutOnStack } = require('../node/stack');
const { isWriteOnly } = require('../node/stream');
const { policyOf } = require('./policy');
const { addressesOf, recordFor, recordOf } = require('./record');

/** @import { AnyStream } from '../node/stream' */

/** @type {Set<unknown>} */
const RESET_CODES = new Set(['ECONNRESET', 'EPIPE']);

/** The socket whose `'timeout'` event is on the stack. @type {object | null} */
let timingOut = null;

/** Told of every ending, for the report. @type {((socket: AnyStream, ending: Ending) => void) | null} */
let observer = null;

/**
 * @param {AnyStream} socket
 * @returns {Ending | undefined}
 */
function endingOf(socket) {
  return recordOf(socket)?.ending;
}

/**
 * Has the writable side of the stream ended, so that a write to it is refused?
 * Version 3 of `readable-stream` knows neither `writableEnded` nor `errored`: there the record has to answer.
 *
 * @param {AnyStream} socket
 * @returns {boolean}
 */
function isEnded(socket) {
  return (
    (socket.writableEnded ?? endingOf(socket) !== undefined) === true ||
    socket.destroyed === true ||
    (socket.errored ?? null) !== null
  );
}

/**
 * `end()` was called, or is about to be.
 *
 * `readableEnded` is true from the `'end'` event on. A socket that may not stay half open was ended by the peer's FIN then,
 * whether Node calls `end()` for us or an `'end'` listener was quicker.
 *
 * Node ends a stream of `http2` when the peer has sent RST_STREAM: it is closed before it is ended. A `close()` on
 * this side is noted before that, see `guard/http2-stream.js`.
 *
 * @param {AnyStream} socket
 * @param {Function} cutoff the public method that was called: the traced stack starts at its caller
 */
function noteEnd(socket, cutoff) {
  let endedBy = /** @type {import('./refused-error').EndedBy} */ ('local');
  if (isTimingOut(socket)) endedBy = 'timeout';
  else if (isHttp2Stream(socket) && socket.closed) endedBy = 'reset';
  else if (socket.readableEnded === true && !staysHalfOpen(socket) && !isWriteOnly(socket)) endedBy = 'peer';
  noteEnding(socket, endedBy, undefined, cutoff);
}

/**
 * The socket is being destroyed.
 *
 * @param {AnyStream} socket
 * @param {unknown} error the argument of `destroy()`
 * @param {Function} cutoff the public method: the traced stack starts at its caller
 */
function noteDestroy(socket, error, cutoff) {
  if (endingOf(socket) !== undefined) return;
  const cause = error ?? undefined;
  if (isTimingOut(socket)) noteEnding(socket, 'timeout', cause, cutoff);
  else if (cause !== undefined) noteEnding(socket, endedByOfError(cause), cause, cutoff);
  else noteEnding(socket, isDestroyedAtPeersEnd(socket) ? 'peer' : 'destroy', undefined, cutoff);
}

/**
 * The socket has failed. It counts as ended from this moment, and not from the event a tick later.
 *
 * @param {AnyStream} socket
 * @param {unknown} error
 */
function noteFailure(socket, error) {
  noteEnding(socket, endedByOfError(error), error);
}

/**
 * Records the first transition; later calls are ignored. Sockets of ours remember both ends of their connection now: the
 * kernel forgets the peer when both sides have ended, and the descriptor goes with the socket. So do traced ones.
 *
 * @param {AnyStream} socket
 * @param {import('./refused-error').EndedBy} endedBy
 * @param {unknown} [cause]
 * @param {Function} [cutoff] the public method that ended the socket: the traced stack starts at its caller
 */
function noteEnding(socket, endedBy, cause, cutoff = noteEnding) {
  const record = recordFor(socket);
  if (record.ending !== undefined) return;
  /** @type {Ending} */
  const ending = { endedBy, cause, time: nowMs() };
  const { trace } = policyOf(socket);
  if (trace) {
    ending.trace = new Error('The socket was ended here');
    Error.captureStackTrace(ending.trace, cutoff);
  }
  if ((trace || record.addressesOf !== undefined) && socket.connecting !== true) ending.addresses = addressesOf(socket);
  record.ending = ending;
  observer?.(socket, ending);
}

/**
 * The stream was over when it came into our hands.
 *
 * @param {AnyStream} socket
 */
function noteUnknownEnding(socket) {
  recordFor(socket).ending ??= { endedBy: 'unknown', cause: socket.errored ?? undefined };
}

/**
 * A new `connect()` on the same object begins a new life.
 *
 * @param {AnyStream} socket
 */
function forgetEnding(socket) {
  const record = recordOf(socket);
  if (record !== undefined) record.ending = undefined;
}

/**
 * Puts an ending back that was forgotten too early, or that is another stream's, too.
 *
 * @param {AnyStream} socket
 * @param {Ending} ending
 */
function restoreEnding(socket, ending) {
  recordFor(socket).ending ??= ending;
}

/**
 * @param {(socket: AnyStream, ending: Ending) => void} listener is told of every socket that ends
 */
function observeEndings(listener) {
  observer = listener;
}

/**
 * @param {unknown} error
 * @returns {'reset' | 'timeout' | 'error'} who has ended a socket that ends with this error
 */
function endedByOfError(error) {
  const code = /** @type {{ code?: unknown } | null | undefined} */ (error)?.code;
  if (RESET_CODES.has(code)) return 'reset';
  return code === 'ETIMEDOUT' ? 'timeout' : 'error';
}

/**
 * Runs `emitTimeout`, which emits the `'timeout'` event of the socket: what ends the socket in there is the timeout.
 *
 * @template T
 * @param {AnyStream} socket
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
 * @param {AnyStream} socket
 * @returns {boolean} whether its `'timeout'` event is on the stack
 */
function isTimingOut(socket) {
  if (timingOut !== null) return timingOut === socket || timingOut === socket.socket;
  return (hasTimeout(socket) || hasTimeout(socket.socket)) && isTimeoutOnStack();
}

/**
 * Node keeps what it was given as `timeout`, also if it then throws: that can be anything.
 *
 * @param {AnyStream | null | undefined} socket
 * @returns {boolean}
 */
function hasTimeout(socket) {
  const timeout = socket?.timeout;
  return typeof timeout === 'number' && timeout > 0;
}

/** @typedef {Pick<import('node:http2').Http2Stream, 'close' | 'rstCode'>} Http2Members */

/**
 * @param {AnyStream} stream
 * @returns {stream is AnyStream & Http2Members} whether it is one of Node's `http2`
 */
function isHttp2Stream(stream) {
  return typeof stream.rstCode === 'number';
}

/**
 * @param {AnyStream} socket
 * @returns {boolean}
 */
function staysHalfOpen(socket) {
  return socket.allowHalfOpen === true && !isEndedByHttpServer(socket);
}

/**
 * @param {AnyStream} socket
 * @returns {boolean}
 */
function isDestroyedAtPeersEnd(socket) {
  return socket.readableEnded === true && isDestroyedByHttpClient(socket);
}

module.exports = {
  endedByOfError,
  endingOf,
  forgetEnding,
  insideTimeout,
  isEnded,
  isHttp2Stream,
  noteDestroy,
  noteEnd,
  noteEnding,
  noteFailure,
  noteUnknownEnding,
  observeEndings,
  restoreEnding,
};
