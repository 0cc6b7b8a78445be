'use strict';

const { policyOf } = require('./policy');
const { recordFor, recordOf } = require('./record');
const { nowMs } = require('./timers');

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
 * @property {import('./errors').EndedBy} endedBy
 * @property {unknown} [cause] the error that ended the socket, if one did
 * @property {number} [time] milliseconds, as of `nowMs()`, unless the ending is older than our watch
 * @property {Error} [trace] made at the line that ended the socket, where tracing is on
 */

const RESET_CODES = new Set(['ECONNRESET', 'EPIPE']);

/** Told of every ending, for the report. @type {((socket: object, ending: Ending) => void) | null} */
let observer = null;

/** The socket whose `'timeout'` event is on the stack. @type {object | null} */
let timingOut = null;

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
 * @param {import('./errors').EndedBy} endedBy
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
 * Who ends a socket by `end()`? Call it before the transition.
 *
 * `readableEnded` is true from the `'end'` event on. Where the socket may not stay half open it is the other side's FIN
 * that ended us, whether Node calls `end()` for us or an `'end'` listener was quicker.
 *
 * @param {any} socket
 * @returns {import('./errors').EndedBy}
 */
function endedByOfEnd(socket) {
  if (isTimingOut(socket)) return 'timeout';
  return socket.readableEnded === true && !staysHalfOpen(socket) && !isWriteOnly(socket) ? 'peer' : 'local';
}

/**
 * Who ends a socket by `destroy(error)`?
 *
 * @param {any} socket
 * @param {unknown} error
 * @returns {import('./errors').EndedBy}
 */
function endedByOfDestroy(socket, error) {
  if (error !== undefined && error !== null) return endedByOfError(error);
  if (isTimingOut(socket)) return 'timeout';
  // Node's HTTP client answers the other side's FIN with destroy().
  return socket.readableEnded === true && (socket._httpMessage ?? null) !== null ? 'peer' : 'destroy';
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
 * Node's sockets emit `'timeout'` from a timer that they may have bound before we saw the socket, so there is nothing to
 * hook into. But the method that emits has a name, and only a socket with a timeout pays for the look, once.
 *
 * @returns {boolean}
 */
function isTimeoutOnStack() {
  if (Object.isFrozen(Error)) return false;
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = Infinity;
    Error.prepareStackTrace = callSites;
    const holder = /** @type {{ stack: NodeJS.CallSite[] }} */ ({});
    Error.captureStackTrace(holder, isTimeoutOnStack);
    return holder.stack.some(isOnTimeout);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}

/**
 * @param {Error} _error
 * @param {NodeJS.CallSite[]} sites
 * @returns {NodeJS.CallSite[]}
 */
function callSites(_error, sites) {
  return sites;
}

/**
 * @param {NodeJS.CallSite} site
 * @returns {boolean}
 */
function isOnTimeout(site) {
  return /(?:^|\.)_onTimeout$/.test(site.getFunctionName() ?? '') && (site.getFileName() ?? '').startsWith('node:');
}

/**
 * A Duplex made with `readable: false`, as `child.stdin`, has been at its end from the beginning. No public property
 * tells it from one whose other side has ended.
 *
 * @param {any} socket
 * @returns {boolean}
 */
function isWriteOnly(socket) {
  return socket._readableState?.readable === false;
}

/**
 * Node's HTTP server allows its sockets to be half open and then ends them itself when the other side has. One that it
 * has handed over by `'upgrade'` or `'connect'` does stay half open.
 *
 * @param {any} socket
 * @returns {boolean}
 */
function staysHalfOpen(socket) {
  const isServedByHttp = (socket.parser ?? null) !== null && socket.server?.httpAllowHalfOpen === false;
  return socket.allowHalfOpen === true && !isServedByHttp;
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
  endedByOfDestroy,
  endedByOfEnd,
  endedByOfError,
  endingOf,
  forgetEnding,
  insideTimeout,
  isEnded,
  noteEnding,
  noteUnknownEnding,
  observeEndings,
  restoreEnding,
};
