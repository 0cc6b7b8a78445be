'use strict';

/** The file of Node's that gives a handle to a stream which is no socket, for TLS to run over. */
const TLS_CARRIER = 'node:internal/js_stream_socket';

/**
 * Is it Node's TLS, running over this stream, that called the method? It calls from inside of Node, where nobody could
 * catch an exception, and passes a callback that fails the TLS socket.
 *
 * @param {Function} method
 * @returns {boolean}
 */
function isCalledByTls(method) {
  const { stackTraceLimit } = Error;
  const holder = { stack: '' };
  const isFrozen = Object.isFrozen(Error);
  if (!isFrozen) Error.stackTraceLimit = 1;
  Error.captureStackTrace(holder, method);
  const { stack } = holder;
  if (!isFrozen) Error.stackTraceLimit = stackTraceLimit;
  return String(stack).includes(TLS_CARRIER);
}

module.exports = { isCalledByTls };
