'use strict';

const { policyOf } = require('./policy');
const { recordFor, recordOf } = require('./record');
const { nowMs } = require('../node/clock');

/**
 * Who ended a socket, for every kind of socket. A socket has ended from the first of `writableEnded`, `destroyed` or
 * `errored !== null`; that first transition decides, and what comes after it changes nothing:
 *
 *     connect() ──▶ open ──▶ end()             local │ peer when the other side's FIN made us end
 *       ▲                ──▶ destroy()         destroy
 *       │                ──▶ destroy(error)    reset │ timeout │ error
 *       └── forgetEnding ◀── ended
 *
 * Nothing of it shows on the object, see `record.js`.
 *
 * @typedef {object} Ending
 * @property {import('./refused-error').EndedBy} endedBy
 * @property {unknown} [cause] the error that ended the socket, if one did
 * @property {number} [time] milliseconds, as of `nowMs()`, unless the ending is older than our watch
 * @property {Error} [trace] made at the line that ended the socket, where tracing is on
 */

/** Told of every ending, for the report. @type {((socket: object, ending: Ending) => void) | null} */
let observer = null;

/**
 * @param {any} socket
 * @returns {Ending | undefined}
 */
function endingOf(socket) {
  return recordOf(socket)?.ending;
}

/**
 * Has the writable side of the stream ended, so that a write to it is refused?
 * Version 3 of `readable-stream` knows neither `writableEnded` nor `errored`: there the record has to answer.
 *
 * @param {any} socket
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
 * Records the first transition; later calls are ignored.
 *
 * @param {object} socket
 * @param {import('./refused-error').EndedBy} endedBy
 * @param {unknown} [cause]
 * @param {Function} [cutoff] the public method that ended the socket: the traced stack starts at its caller
 */
function noteEnding(socket, endedBy, cause, cutoff) {
  if (endingOf(socket) !== undefined) return;
  /** @type {Ending} */
  const ending = { endedBy, cause, time: nowMs() };
  if (policyOf(socket).trace) ending.trace = traceEnding(cutoff ?? noteEnding);
  recordFor(socket).ending = ending;
  observer?.(socket, ending);
}

/**
 * @param {(socket: object, ending: Ending) => void} listener is told of every socket that ends
 */
function observeEndings(listener) {
  observer = listener;
}

/**
 * A new `connect()` on the same object begins a new life.
 *
 * @param {object} socket
 */
function forgetEnding(socket) {
  const record = recordOf(socket);
  if (record !== undefined) record.ending = undefined;
}

/**
 * Puts a record back that was forgotten too early.
 *
 * @param {object} socket
 * @param {Ending} ending
 */
function restoreEnding(socket, ending) {
  recordFor(socket).ending ??= ending;
}

/**
 * The stream was over when it came into our hands.
 *
 * @param {any} socket
 */
function noteUnknownEnding(socket) {
  recordFor(socket).ending ??= { endedBy: 'unknown', cause: socket.errored ?? undefined };
}

/**
 * @param {Function} cutoff
 * @returns {Error}
 */
function traceEnding(cutoff) {
  const trace = new Error('The socket was ended here');
  Error.captureStackTrace(trace, cutoff);
  return trace;
}

module.exports = {
  endingOf,
  forgetEnding,
  isEnded,
  noteEnding,
  noteUnknownEnding,
  observeEndings,
  restoreEnding,
};
