'use strict';

/**
 * What becomes of a call on a stream that has already ended: a bad argument is reported as by an open one; otherwise the
 * call is refused, by an error of which the policy decides.
 */

const { Buffer } = require('node:buffer');
const { Writable, finished } = require('node:stream');
const { debuglog } = require('node:util');
const { isUint8Array } = require('node:util/types');

const { nextTick, nowMs } = require('../node/clock');
const { TLS_CARRIER, callerOf, isPipedInto } = require('../node/stack');
const { refusedChannel } = require('./channels');
const { processPolicy } = require('./policy');
const { addressesOf, recordOf } = require('./record');
const { SocketAlreadyEndedError } = require('./refused-error');
const { userStack } = require('./user-stack');

/** @import { AnyStream } from '../node/stream' */

const debug = debuglog('safe-socket');

/** They swallow everything, so that what they throw is about the argument. By object mode. @type {Map<boolean, Writable>} */
const probes = new Map();

/** Sockets whose `'error'` for a refused write of a pipe is on its way. @type {WeakSet<object>} */
const emitting = new WeakSet();

/** Its answer to `end(callback)` is `ERR_STREAM_DESTROYED`. */
const destroyedStream = new Writable({ write() {} }).destroy();
destroyedStream.end();

/**
 * Throws what Node throws for a bad chunk or encoding, whichever version runs: the answer of a stream that is open.
 * A bad argument is reported before the end of the stream is. A stream that does not say whether it takes objects
 * (version 3 of `readable-stream`) may.
 *
 * @param {AnyStream} stream
 * @param {unknown} chunk
 * @param {unknown} encoding as the public method got it; may be the callback
 * @param {Function} cutoff the public method: the stack of the error starts at its caller
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_STREAM_NULL_VALUES`, `ERR_UNKNOWN_ENCODING`
 */
function checkChunk(stream, chunk, encoding, cutoff) {
  // What every stream takes, and most programs write.
  if (encoding === undefined && (typeof chunk === 'string' || isUint8Array(chunk))) return;
  try {
    probe(stream.writableObjectMode !== false).write(
      chunk,
      /** @type {BufferEncoding} */ (typeof encoding === 'function' ? undefined : encoding),
    );
  } catch (error) {
    Error.captureStackTrace(/** @type {Error} */ (error), cutoff);
    throw error;
  }
}

/**
 * @param {boolean} objectMode
 * @returns {Writable}
 */
function probe(objectMode) {
  let writable = probes.get(objectMode);
  if (writable === undefined) {
    writable = new Writable({ objectMode, decodeStrings: false, write: swallow });
    probes.set(objectMode, writable);
  }
  return writable;
}

/**
 * @param {unknown} _chunk
 * @param {unknown} _encoding
 * @param {() => void} callback
 */
function swallow(_chunk, _encoding, callback) {
  callback();
}

/**
 * Refuses an `end()` of an ended socket. A bare `end()` loses nothing: it is refused only if the policy is strict
 * and no pipe may have called it; elsewhere its callback is settled, which Node leaves waiting for ever after `destroy()`.
 *
 * @param {AnyStream} socket
 * @param {unknown} chunk
 * @param {unknown} encoding
 * @param {unknown} callback
 * @param {Function} cutoff the public method: the stack of the error starts at its caller
 * @param {Function} endOfStream what the stream itself does for `end()`
 * @returns {AnyStream} the socket, where it does not throw
 * @throws {SocketAlreadyEndedError}
 */
function refuseEnd(socket, chunk, encoding, callback, cutoff, endOfStream) {
  if (typeof chunk === 'function') [chunk, encoding, callback] = [undefined, undefined, chunk];
  const isBare = chunk === undefined || chunk === null;
  const { strict } = recordOf(socket)?.policy ?? processPolicy;
  if (isBare && (!strict || isPipedInto(socket) || callerOf(cutoff).includes(TLS_CARRIER))) {
    settleEnd(socket, typeof encoding === 'function' ? encoding : callback, endOfStream);
  } else {
    refuse(socket, 'end', chunk, encoding, callback, cutoff);
  }
  return socket;
}

/**
 * Refuses a call that would lose something. The caller has already checked the arguments and that the socket has ended.
 *
 * @param {AnyStream} socket
 * @param {'write' | 'end'} operation
 * @param {unknown} chunk
 * @param {unknown} encoding as the public method got it; may be the callback
 * @param {unknown} callback
 * @param {Function} cutoff the public method: the stack of the error starts at its caller
 * @returns {false} what a `write()` that does not throw returns
 * @throws {SocketAlreadyEndedError}
 */
function refuse(socket, operation, chunk, encoding, callback, cutoff) {
  if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
  const error = refusal(socket, operation, chunk, encoding, cutoff);
  const piped = isPipedInto(socket);
  const policy = recordOf(socket)?.policy ?? processPolicy;
  // TLS passes a callback that fails the TLS socket, and could catch no exception.
  const onRefused = callerOf(cutoff).includes(TLS_CARRIER) ? 'drop' : policy.onRefused;
  if (typeof onRefused === 'function') {
    if (onRefused(error, socket) !== true) throw error;
  } else if (onRefused === 'throw') {
    if (!piped) throw error;
    // The event is the one report of it: the callback of a refused call is not called.
    emitSoon(socket, error, piped);
    return false;
  } else if (onRefused === 'emit') {
    emitSoon(socket, error, piped);
  }
  if (typeof callback === 'function') nextTick(callback, error);
  return false;
}

/**
 * Makes the error of a refused call, and tells the log and the diagnostics channel of it.
 *
 * @param {AnyStream} socket
 * @param {'write' | 'end'} operation
 * @param {unknown} chunk
 * @param {unknown} encoding
 * @param {Function} cutoff the public function: the stack of the error starts at its caller
 * @returns {InstanceType<typeof SocketAlreadyEndedError>}
 */
function refusal(socket, operation, chunk, encoding, cutoff) {
  const ending = recordOf(socket)?.ending;
  // 0 for the objects of a stream in object mode.
  let bytesRefused = ArrayBuffer.isView(chunk) ? chunk.byteLength : 0;
  if (typeof chunk === 'string') {
    bytesRefused = Buffer.byteLength(chunk, /** @type {BufferEncoding} */ (encoding ?? 'utf8'));
  }
  const cause = /** @type {NodeJS.ErrnoException | undefined} */ (ending?.cause ?? socket.errored ?? undefined);
  const error = new SocketAlreadyEndedError({
    operation,
    endedBy: ending?.endedBy ?? 'unknown',
    endedAgoMs: ending?.time === undefined ? undefined : Math.floor(nowMs() - ending.time),
    cause: ending?.trace === undefined ? cause : withTrace(cause, ending.trace),
    bytesRefused,
    bytesWritten: socket.bytesWritten ?? socket.socket?.bytesWritten,
    ...(ending?.addresses ?? addressesOf(socket)),
  });
  Error.captureStackTrace(error, cutoff);
  debug('%s of %d bytes refused, ended by %s', operation, bytesRefused, error.endedBy);
  if (refusedChannel.hasSubscribers) refusedChannel.publish({ socket, operation, error });
  return error;
}

/**
 * @param {unknown} cause the error that ended the socket
 * @param {Error} trace the line that ended it
 * @returns {unknown} that line, as the cause of the error if there is one
 */
function withTrace(cause, trace) {
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
 * @param {AnyStream} socket
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
 * @param {AnyStream} socket
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
 * @param {AnyStream} socket
 * @param {unknown} callback
 * @param {Function} endOfStream
 */
function settleEnd(socket, callback, endOfStream) {
  if (socket.destroyed && !socket.writableEnded) endOfStream.call(socket);
  if (typeof callback !== 'function') return;
  if (socket.writableEnded !== undefined || typeof socket._write !== 'function') endOfStream.call(socket, callback);
  // Version 3 of `readable-stream` forgets every callback but that of the first call.
  else if (socket.destroyed) destroyedStream.end(callback);
  else finished(/** @type {Writable} */ (socket), { readable: false }, /** @type {() => void} */ (callback));
}

module.exports = { checkChunk, destroyedStream, refusal, refuse, refuseEnd };
