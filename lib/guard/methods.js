'use strict';

const { Socket } = require('node:net');

const { atEnd } = require('../contract/at-end');
const { closedChannel } = require('../contract/channels');
const {
  endingOf,
  forgetEnding,
  isEnded,
  noteDestroy,
  noteEnd,
  noteFailure,
  restoreEnding,
} = require('../contract/ending');
const { foreignRecordFor, foreignRecordOf, tellClosing, tellReferenced } = require('../contract/record');
const { checkChunk, refuse, refuseEnd } = require('../contract/refusal');
const { forgetForeign, noteForeign } = require('./open-sockets');
const { keepGuard, uncover } = require('./planted-write');

/** @import { AnyStream } from '../node/stream' */

/** Whether the methods stand on `net.Socket.prototype`; see `all-sockets.js`. */
const everySocket = { isGuarded: false };

/** Sockets that ended without ever being connected. @type {WeakSet<object>} */
const stillborn = new WeakSet();

/**
 * The methods that a guard puts in front of a stream's own.
 *
 * @typedef {object} GuardedMethods
 * @property {Write} write
 * @property {Write} writeAfterFIN the same under the name that Node gives to the `write` of a socket whose peer has ended
 * @property {(this: AnyStream, chunk?: unknown, encoding?: unknown, callback?: unknown) => unknown} end
 * @property {(this: AnyStream, error: Error | null, callback: Function) => void} _destroy
 * @property {(this: AnyStream, ...args: unknown[]) => unknown} connect
 * @property {(this: AnyStream) => unknown} ref
 * @property {(this: AnyStream) => unknown} unref
 * @property {PropertyDescriptor} [trap] see `planted-write.js`
 * @property {PropertyDescriptorMap} [own] those of the first three that a stream gets, as its own
 */

/**
 * @typedef {(this: AnyStream, chunk: unknown, encoding?: unknown, callback?: unknown) => boolean} Write
 * @typedef {Omit<GuardedMethods, 'writeAfterFIN' | 'trap' | 'own'>} Original
 */

/**
 * Guards what `original` does. Its methods are looked up at every call, so that one who patches a prototype
 * later is heard.
 *
 * @param {Original} original the object that has the unguarded methods, mostly a prototype
 * @param {(stream: AnyStream) => boolean} refuses whether the guard may refuse calls on this stream, or only watches it
 * @param {((stream: AnyStream) => boolean) | null} isOpen whether `write` goes through; null: `writable` says it
 * @returns {GuardedMethods}
 */
function guardedMethods(original, refuses, isOpen) {
  /** @type {GuardedMethods} */
  const methods = {
    // Everything that an open socket pays for its guard is the next line.
    write(chunk, encoding, callback) {
      if (isOpen === null ? this.writable : isOpen(this)) return original.write.call(this, chunk, encoding, callback);
      return refusedWrite(this, chunk, encoding, callback, methods.write);
    },

    writeAfterFIN(chunk, encoding, callback) {
      if (isOpen === null ? this.writable : isOpen(this)) return original.write.call(this, chunk, encoding, callback);
      return refusedWrite(this, chunk, encoding, callback, methods.writeAfterFIN);
    },

    end(chunk, encoding, callback) {
      if (isEnded(this)) {
        if (!refuses(this) || neverBegan(this)) return original.end.call(this, chunk, encoding, callback);
        return refusedEnd(this, chunk, encoding, callback);
      }
      if (refuses(this)) keepGuard(this, methods);
      if (neverBegan(this)) return original.end.call(this, chunk, encoding, callback);
      const result = endNow(this, original.end, chunk, encoding, callback, methods.end);
      const lingerMs = foreignRecordOf(this)?.lingerMs;
      if (lingerMs !== undefined) atEnd.linger(/** @type {Socket} */ (this), lingerMs);
      return result;
    },

    _destroy(error, callback) {
      const cause = error ?? this.errored ?? undefined;
      if (refuses(this)) keepGuard(this, methods);
      if (!neverBegan(this)) noteDestroy(this, cause, methods._destroy);
      tellClosing(this, cause);
      if (closedChannel.hasSubscribers) atEnd.announceClosed(this, cause);
      forgetForeign(this);
      return original._destroy.call(this, error, callback);
    },

    connect(...args) {
      const before = endingOf(this);
      forgetEnding(this);
      stillborn.delete(this);
      if (refuses(this)) uncover(this, methods);
      try {
        const socket = original.connect.apply(this, args);
        forgetConnection(this);
        return socket;
      } finally {
        // Still ended by the old cause: the call failed, or the old connection is not closed yet.
        if (before !== undefined && isEnded(this)) restoreEnding(this, before);
        noteForeign(this);
      }
    },

    ref() {
      noteReference(this, true);
      return original.ref.call(this);
    },

    unref() {
      noteReference(this, false);
      return original.unref.call(this);
    },
  };

  /**
   * @param {AnyStream} stream
   * @param {unknown} chunk
   * @param {unknown} encoding
   * @param {unknown} callback
   * @param {Function} cutoff
   * @returns {boolean}
   */
  function refusedWrite(stream, chunk, encoding, callback, cutoff) {
    if (!refuses(stream) || neverBegan(stream)) return original.write.call(stream, chunk, encoding, callback);
    // A failed write sets `errored` a tick before it destroys the stream.
    if (stream.errored) noteFailure(stream, stream.errored);
    checkChunk(stream, chunk, encoding, cutoff);
    return refuse(stream, 'write', chunk, encoding, callback, cutoff);
  }

  /**
   * @param {AnyStream} stream
   * @param {unknown} chunk
   * @param {unknown} encoding
   * @param {unknown} callback
   */
  function refusedEnd(stream, chunk, encoding, callback) {
    if (stream.errored) noteFailure(stream, stream.errored);
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'function') {
      checkChunk(stream, chunk, encoding, methods.end);
    }
    return refuseEnd(stream, chunk, encoding, callback, methods.end, original.end);
  }

  for (const name of /** @type {const} */ (['write', 'end', '_destroy', 'connect', 'ref', 'unref'])) {
    Object.defineProperty(methods[name], 'name', { value: original[name]?.name ?? '', configurable: true });
  }
  return methods;
}

/**
 * @param {AnyStream} stream
 * @param {boolean} isReferenced
 */
function noteReference(stream, isReferenced) {
  const record = foreignRecordFor(stream);
  record.isReferenced = isReferenced;
  tellReferenced(record);
}

/**
 * The first `end()`. The ending is noted before it happens, so that what Node emits meanwhile finds it; where the call
 * fails, it is taken back. Version 3 of `readable-stream` has no `writableEnded`, and its `end(data)` calls `write()`:
 * there the ending is noted afterwards.
 *
 * @param {AnyStream} stream
 * @param {Original['end']} end
 * @param {unknown} chunk
 * @param {unknown} encoding
 * @param {unknown} callback
 * @param {Function} cutoff
 */
function endNow(stream, end, chunk, encoding, callback, cutoff) {
  if (stream.writableEnded === undefined) {
    const result = end.call(stream, chunk, encoding, callback);
    noteEnd(stream, cutoff);
    return result;
  }
  noteEnd(stream, cutoff);
  try {
    return end.call(stream, chunk, encoding, callback);
  } finally {
    if (!stream.writableEnded) {
      forgetEnding(stream);
      if (stream.errored) noteFailure(stream, stream.errored);
    }
  }
}

/**
 * A socket that was never connected, nor is connecting, answers as `net` does, ended or not. One that ends while it is
 * in that state has not begun; once connected, a socket keeps its handle until it is destroyed.
 *
 * @param {AnyStream} stream
 * @returns {boolean}
 */
function neverBegan(stream) {
  if (stillborn.has(stream)) return true;
  if (stream.pending !== true || stream.connecting !== false) return false;
  if (foreignRecordOf(stream)?.ending !== undefined) return false;
  stillborn.add(stream);
  return true;
}

/**
 * What was known of the connection before is not true of the next one; and that one keeps the process alive again.
 *
 * @param {AnyStream} stream
 */
function forgetConnection(stream) {
  const record = foreignRecordOf(stream);
  if (record === undefined) return;
  record.counted = undefined;
  record.isReferenced = true;
}

/**
 * @param {AnyStream} stream
 * @returns {boolean} whether late calls on it are refused
 */
function isGuarded(stream) {
  return foreignRecordOf(stream)?.isGuarded === true || (everySocket.isGuarded && stream instanceof Socket);
}

module.exports = { everySocket, guardedMethods, isGuarded };
