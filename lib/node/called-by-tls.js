'use strict';

/**
 * Is it Node's TLS that called a method of the stream which it runs over? It calls from inside of Node, where nobody could
 * catch an exception, and passes a callback that fails the TLS socket.
 *
 * Beyond Node's documentation: the name of the file from which Node's TLS calls a stream that is no socket of the operating
 * system. Should it change, a refused write of TLS is an uncaught exception, as one of anybody else would be.
 */

const { callerOf } = require('./caller');

/** It gives a handle to a stream that has none. */
const TLS_CARRIER = 'node:internal/js_stream_socket';

/**
 * @param {Function} method
 * @returns {boolean}
 */
function isCalledByTls(method) {
  return callerOf(method).includes(TLS_CARRIER);
}

module.exports = { isCalledByTls };
