'use strict';

const { Writable } = require('node:stream');
const { isUint8Array } = require('node:util/types');

/** @import { AnyStream } from '../node/stream' */

/** They swallow everything, so that what they throw is about the argument. By object mode. @type {Map<boolean, Writable>} */
const probes = new Map();

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

module.exports = { checkChunk };
