'use strict';

/**
 * Is a source piped into this stream at the moment?
 *
 * `pipe()` leaves its listeners on the destination from `'pipe'` to `'unpipe'`, so that the question can be answered
 * when something is refused, and an open stream carries no listeners of ours that a program could see or count.
 * Node and every `readable-stream` name the listener `onunpipe`; a minifier takes the name, but leaves its two
 * parameters. The old `Stream` class knows no `'unpipe'`; it is known by its pair of listeners.
 *
 * @param {import('node:events').EventEmitter} stream
 * @returns {boolean}
 */
function isPipedInto(stream) {
  return (
    stream.listeners('unpipe').some(isOnUnpipe) || (has(stream, 'close', 'cleanup') && has(stream, 'drain', 'ondrain'))
  );
}

/**
 * @param {Function} listener
 * @returns {boolean}
 */
function isOnUnpipe(listener) {
  return listener.name === 'onunpipe' || listener.length === 2;
}

/**
 * @param {import('node:events').EventEmitter} stream
 * @param {string} event
 * @param {string} name
 * @returns {boolean}
 */
function has(stream, event, name) {
  return stream.listeners(event).some((listener) => listener.name === name);
}

module.exports = { isPipedInto };
