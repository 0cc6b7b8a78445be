'use strict';

/**
 * Is a stream an HTTP message, or a socket in the hands of Node's `http`, `https` or `http2`? They end a socket
 * twice as a matter of course. A socket that was handed over by `'upgrade'` or `'connect'` is in yours.
 *
 * Beyond Node's documentation: `socket.parser`, `socket._httpMessage`, and the name `socketOnClose` of the listener that a
 * session of `http2` has on its socket. Should they change, such a socket that is given to `safeSocket()` is strict by
 * default: a second bare `end()` of Node's own throws there, unless `{ strict: false }` is said.
 */

const { isMessage } = require('../guard/http-message');

/**
 * @param {any} stream
 * @returns {boolean}
 */
function belongsToHttp(stream) {
  return isMessage(stream) || isSet(stream.parser) || isSet(stream._httpMessage) || hasHttp2Session(stream);
}

/**
 * @param {unknown} value
 * @returns {boolean}
 */
function isSet(value) {
  return value !== undefined && value !== null;
}

/**
 * A session of Node's `http2` listens for the `'close'` of its socket, as long as it has it. Nothing public tells.
 *
 * @param {any} socket
 * @returns {boolean}
 */
function hasHttp2Session(socket) {
  return socket.listenerCount?.('close') > 0 && socket.listeners('close').some(isListenerOfSession);
}

/** @param {Function} listener */
function isListenerOfSession(listener) {
  return listener.name === 'socketOnClose';
}

module.exports = { belongsToHttp };
