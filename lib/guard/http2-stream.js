'use strict';

const { endedByOfError, forgetEnding, isEnded, noteEnding } = require('../contract/ending');

/** @import { AnyStream } from '../node/stream' */

/**
 * Who closes a stream of Node's `http2`? Whether `close()` was called here or the other side has sent RST_STREAM, what
 * follows is the same: the stream is closed, and Node ends its writable side. So `close()` has to say that it was
 * called; see `noteEnd()` in `contract/ending.js`.
 */

/**
 * @typedef {AnyStream & Pick<import('node:http2').Http2Stream, 'close'>} Http2Stream
 */

/** @param {Http2Stream} stream that has the guard's other methods */
function watchClose(stream) {
  const { close } = stream;
  /**
   * @this {Http2Stream}
   * @param {Parameters<Http2Stream['close']>} args
   */
  const watched = function (...args) {
    if (isEnded(this) || this.closed) return close.apply(this, args);
    const { endedBy, cause } = endingOfClose(this);
    noteEnding(this, endedBy, cause, watched);
    try {
      return close.apply(this, args);
    } finally {
      if (!this.closed) forgetEnding(this);
    }
  };
  Object.defineProperty(watched, 'name', { value: close.name, configurable: true });
  Object.defineProperty(stream, 'close', { value: watched, writable: true, configurable: true, enumerable: false });
}

/**
 * Node itself closes all streams of a session whose connection is gone.
 *
 * @param {AnyStream} stream
 * @returns {{ endedBy: import('../contract/refused-error').EndedBy, cause?: Error }}
 */
function endingOfClose(stream) {
  const socket = stream.session?.socket;
  if (socket?.destroyed !== true) return { endedBy: 'local' };
  const { errored, readableEnded } = socket;
  if (errored) return { endedBy: endedByOfError(errored), cause: errored };
  return { endedBy: readableEnded ? 'peer' : 'destroy' };
}

module.exports = { watchClose };
