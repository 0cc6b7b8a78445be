'use strict';

const diagnostics = require('node:diagnostics_channel');
const { Duplex, Writable, finished } = require('node:stream');
const { debuglog } = require('node:util');

const { endingOf } = require('./ending');
const { SocketAlreadyEndedError } = require('./refused-error');
const { isCalledByTls } = require('../on-demand');
const { isPipedInto } = require('./piped');
const { policyOf, setPolicy } = require('./policy');
const { nextTick, nowMs } = require('../node/clock');
const { userStack } = require('./user-stack');

const channel = diagnostics.channel('safe-socket:refused');
const debug = debuglog('safe-socket');

/** Sockets whose `'error'` for a refused write of a pipe is on its way. @type {WeakSet<object>} */
const emitting = new WeakSet();

/** Its answer to `end(callback)` is `ERR_STREAM_DESTROYED`. */
const destroyedStream = new Writable({ write() {} }).destroy();
destroyedStream.end();

/**
 * Refuses a write to an ended socket. The caller has already checked the arguments and that the socket has ended.
 *
 * @param {any} socket
 * @param {unknown} chunk
 * @param {unknown} encoding as the public method got it; may be the callback
 * @param {unknown} callback
 * @param {Function} [cutoff] the public method: the stack of the error starts at its caller
 * @returns {false} where it does not throw
 * @throws {SocketAlreadyEndedError}
 */
function refuseWrite(socket, chunk, encoding, callback, cutoff = refuseWrite) {
  if (typeof encoding === 'function') {
    callback = encoding;
    encoding = undefined;
  }
  refuse(socket, 'write', byteLengthOf(chunk, encoding), callback, cutoff);
  return false;
}

/**
 * Refuses an `end()` of an ended socket. A bare `end()` loses nothing: it is refused only where the policy is strict
 * and no pipe may have called it; elsewhere its callback is settled, which Node leaves waiting for ever after `destroy()`.
 *
 * @param {any} socket
 * @param {unknown} chunk
 * @param {unknown} encoding
 * @param {unknown} callback
 * @param {Function} [cutoff]
 * @param {Function} [endOfStream] what the stream itself does for `end()`
 * @returns {any} the socket, where it does not throw
 * @throws {SocketAlreadyEndedError}
 */
function refuseEnd(socket, chunk, encoding, callback, cutoff = refuseEnd, endOfStream = Duplex.prototype.end) {
  if (typeof chunk === 'function') {
    callback = chunk;
    chunk = encoding = undefined;
  } else if (typeof encoding === 'function') {
    callback = encoding;
    encoding = undefined;
  }
  const isBare = chunk === undefined || chunk === null;
  if (isBare && (!policyOf(socket).strict || isPipedInto(socket) || isCalledByTls(cutoff))) {
    settleEnd(socket, callback, endOfStream);
  } else {
    refuse(socket, 'end', isBare ? 0 : byteLengthOf(chunk, encoding), callback, cutoff);
  }
  return socket;
}

/**
 * @param {any} socket
 * @param {'write' | 'end'} operation
 * @param {number} bytesRefused
 * @param {unknown} callback
 * @param {Function} cutoff
 */
function refuse(socket, operation, bytesRefused, callback, cutoff) {
  const error = refusalOf(socket, operation, bytesRefused, cutoff);
  const piped = isPipedInto(socket);
  const onRefused = isCalledByTls(cutoff) ? 'drop' : policyOf(socket).onRefused;
  if (typeof onRefused === 'function') {
    if (onRefused(error, socket) !== true) throw error;
  } else if (onRefused === 'throw') {
    if (!piped) throw error;
    // The event is the one report of it: the callback of a refused call is not called.
    emitSoon(socket, error, piped);
    return;
  } else if (onRefused === 'emit') {
    emitSoon(socket, error, piped);
  }
  if (typeof callback === 'function') nextTick(callback, error);
}

/**
 * The error of a refused call that is the caller's alone: policies and pipes do not matter.
 *
 * @param {any} socket
 * @param {'write' | 'end'} operation
 * @param {unknown} chunk
 * @param {unknown} encoding
 * @param {Function} cutoff the public function
 * @returns {InstanceType<typeof SocketAlreadyEndedError>}
 */
function refusal(socket, operation, chunk, encoding, cutoff) {
  return refusalOf(socket, operation, byteLengthOf(chunk, encoding), cutoff);
}

/**
 * @param {any} socket
 * @param {'write' | 'end'} operation
 * @param {number} bytesRefused
 * @param {Function} cutoff
 * @returns {InstanceType<typeof SocketAlreadyEndedError>} of which the log and the diagnostics channel have been told
 */
function refusalOf(socket, operation, bytesRefused, cutoff) {
  const ending = endingOf(socket);
  const error = new SocketAlreadyEndedError({
    operation,
    endedBy: ending?.endedBy ?? 'unknown',
    causeCode: codeOf(ending?.cause ?? socket.errored),
    elapsedMs: ending?.time === undefined ? undefined : Math.floor(nowMs() - ending.time),
    bytesRefused,
    cause: causeOf(socket, ending),
    bytesWritten: socket.bytesWritten ?? socket.socket?.bytesWritten,
  });
  Error.captureStackTrace(error, cutoff);
  debug('%s of %d bytes refused, ended by %s', operation, bytesRefused, error.endedBy);
  if (channel.hasSubscribers) channel.publish({ socket, operation, error });
  return error;
}

/**
 * The error that ended the socket; with tracing, the line that ended it, or that line as the cause of the error.
 *
 * @param {any} socket
 * @param {import('./ending').Ending | undefined} ending
 * @returns {unknown}
 */
function causeOf(socket, ending) {
  const cause = ending?.cause ?? socket.errored ?? undefined;
  const trace = ending?.trace;
  if (trace === undefined) return cause;
  userStack(trace);
  if (cause === undefined) return trace;
  if (cause instanceof Error && cause.cause === undefined && Object.isExtensible(cause)) {
    Object.defineProperty(cause, 'cause', { value: trace, writable: true, configurable: true });
  }
  return cause;
}

/**
 * A pipe can write several chunks before the tick in which `'error'` unpipes it; they are one failure.
 *
 * @param {import('node:stream').Writable} socket
 * @param {Error} error
 * @param {boolean} piped
 */
function emitSoon(socket, error, piped) {
  if (piped) {
    if (emitting.has(socket)) return;
    emitting.add(socket);
  }
  nextTick(emitError, socket, error);
}

/**
 * @param {import('node:stream').Writable} socket
 * @param {Error} error
 */
function emitError(socket, error) {
  emitting.delete(socket);
  socket.emit('error', error);
}

/**
 * What Node does for a bare `end()` on an ended stream, except that the callback is always settled: where a stream was
 * destroyed and never ended, Node keeps the callback for a `'finish'` that cannot come. Ended first, it knows better
 * and answers `ERR_STREAM_DESTROYED`.
 *
 * @param {any} socket
 * @param {unknown} callback
 * @param {Function} endOfStream
 */
function settleEnd(socket, callback, endOfStream) {
  if (socket.destroyed && !socket.writableEnded) endOfStream.call(socket);
  if (typeof callback !== 'function') return;
  if (socket.writableEnded !== undefined || typeof socket._write !== 'function') endOfStream.call(socket, callback);
  // Version 3 of `readable-stream` forgets every callback but that of the first call.
  else if (socket.destroyed) destroyedStream.end(callback);
  else finished(socket, { readable: false }, /** @type {any} */ (callback));
}

/**
 * @param {unknown} chunk
 * @param {unknown} encoding
 * @returns {number} 0 for the objects of a stream in object mode
 */
function byteLengthOf(chunk, encoding) {
  if (typeof chunk === 'string') return Buffer.byteLength(chunk, /** @type {BufferEncoding} */ (encoding ?? 'utf8'));
  return ArrayBuffer.isView(chunk) ? chunk.byteLength : 0;
}

/**
 * @param {any} error
 * @returns {string | undefined}
 */
function codeOf(error) {
  return typeof error?.code === 'string' ? error.code : undefined;
}

module.exports = { destroyedStream, policyOf, refusal, refuseEnd, refuseWrite, setPolicy };
