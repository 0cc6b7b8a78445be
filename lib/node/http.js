'use strict';

/**
 * How Node's `http`, `https` and `http2` use a stream. They end a socket twice as a matter of course. A socket that was
 * handed over by `'upgrade'` or `'connect'` is in the program's hands.
 *
 * Beyond Node's documentation: `socket.parser`, `socket._httpMessage`, `server.httpAllowHalfOpen`, and the name
 * `socketOnClose` of the listener that a session of `http2` has on its socket. Should they change, the peer's FIN is not
 * recognised where HTTP answers it by itself (`endedBy` is `'local'` or `'destroy'` instead of `'peer'`), and a socket of
 * Node's HTTP that is given to `safeSocket()` is strict by default: a second bare `end()` of Node's own throws there,
 * unless `{ strict: false }` is said.
 */

const { Writable } = require('node:stream');

/** @import { AnyStream } from './stream' */

/** What Node's HTTP may have. @typedef {AnyStream & { parser?: unknown, _httpMessage?: unknown }} HttpSocket */

/**
 * @param {AnyStream} stream
 * @returns {boolean} whether it is an HTTP message that is written
 */
function isMessage(stream) {
  return typeof stream.setHeader === 'function' && !(stream instanceof Writable);
}

/**
 * @param {HttpSocket} stream
 * @returns {boolean} whether it is an HTTP message, or a socket in the hands of Node's HTTP
 */
function belongsToHttp(stream) {
  return isMessage(stream) || isSet(stream.parser) || isSet(stream._httpMessage) || hasHttp2Session(stream);
}

/**
 * Node's HTTP server allows its sockets to be half open and then ends them itself when the peer has. One that it
 * has handed over by `'upgrade'` or `'connect'` does stay half open.
 *
 * @param {HttpSocket} socket
 * @returns {boolean}
 */
function isEndedByHttpServer(socket) {
  const server = /** @type {{ httpAllowHalfOpen?: unknown } | undefined} */ (socket.server);
  return isSet(socket.parser) && server?.httpAllowHalfOpen === false;
}

/**
 * Node's HTTP client answers the peer's FIN with destroy().
 *
 * @param {HttpSocket} socket
 * @returns {boolean}
 */
function isDestroyedByHttpClient(socket) {
  return isSet(socket._httpMessage);
}

/**
 * A session of Node's `http2` listens for the `'close'` of its socket, as long as it has it. Nothing public tells.
 *
 * @param {HttpSocket} socket
 * @returns {boolean}
 */
function hasHttp2Session(socket) {
  return socket.listenerCount?.('close') > 0 && socket.listeners('close').some(isListenerOfSession);
}

/** @param {{ name: string }} listener */
function isListenerOfSession(listener) {
  return listener.name === 'socketOnClose';
}

/**
 * @param {unknown} value
 * @returns {boolean}
 */
function isSet(value) {
  return value !== undefined && value !== null;
}

module.exports = { belongsToHttp, isDestroyedByHttpClient, isEndedByHttpServer, isMessage };
