'use strict';

const { isEnded } = require('./contract/ending');
const { checkChunk } = require('./contract/refusal');
const { isSocketAlreadyEnded } = require('./contract/refused-error');
const { invalidArgType } = require('./errors/argument');

/** @import { AnyStream } from './node/stream' */

/**
 * Writes where that is possible: the way to write without an exception and without a race.
 * Backpressure is in `socket.writableNeedDrain`.
 *
 * @param {AnyStream} socket guarded or not, Rust-backed or not
 * @param {string | NodeJS.ArrayBufferView} data
 * @param {BufferEncoding | ((error?: Error | null) => void) | null} [encoding]
 * @param {(error?: Error | null) => void} [callback] not called when the answer is `false`
 * @returns {boolean} `true` if the bytes were accepted, `false` if the socket has ended
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` for what is no socket; for a bad argument, as `socket.write()`
 */
function safeSend(socket, data, encoding, callback) {
  if (typeof socket?.write !== 'function') throw invalidArgType('socket', 'Writable', socket);
  if (isEnded(socket)) {
    checkChunk(socket, data, encoding, safeSend);
    return false;
  }
  try {
    socket.write(data, encoding, callback);
    return true;
  } catch (error) {
    // A guarded stream can know of an end that does not show in its properties.
    if (isSocketAlreadyEnded(error)) return false;
    throw error;
  }
}

module.exports = { safeSend };
