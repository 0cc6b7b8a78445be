'use strict';

/**
 * What Node's HTTP notes on a socket that it uses.
 *
 * Beyond Node's documentation: `socket.parser`, `socket._httpMessage` and `server.httpAllowHalfOpen`. Should they go, the other
 * side's FIN is not recognized where HTTP answers it by itself: `endedBy` is `'local'` or `'destroy'` in the place of `'peer'`.
 */

/**
 * Node's HTTP server allows its sockets to be half open and then ends them itself when the other side has. One that it
 * has handed over by `'upgrade'` or `'connect'` does stay half open.
 *
 * @param {any} socket
 * @returns {boolean}
 */
function isEndedByHttpServer(socket) {
  return (socket.parser ?? null) !== null && socket.server?.httpAllowHalfOpen === false;
}

/**
 * Node's HTTP client answers the other side's FIN with destroy().
 *
 * @param {any} socket
 * @returns {boolean}
 */
function isDestroyedByHttpClient(socket) {
  return (socket._httpMessage ?? null) !== null;
}

module.exports = { isDestroyedByHttpClient, isEndedByHttpServer };
