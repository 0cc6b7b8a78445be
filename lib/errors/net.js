'use strict';

/**
 * The errors of `net` about the state of a socket or a server, and the error of an aborted wait, with the codes and the
 * words of https://nodejs.org/api/errors.html.
 */

const { format } = require('node:util');

const { codedError } = require('./argument');

/** @type {Readonly<Record<string, readonly [ErrorConstructor, string]>>} */
const ERRORS = {
  ERR_FEATURE_UNAVAILABLE_ON_PLATFORM: [
    TypeError,
    'The feature %s is unavailable on the current platform, which is being used to run Node.js',
  ],
  ERR_INVALID_FD_TYPE: [TypeError, 'Unsupported fd type: %s'],
  ERR_INVALID_HANDLE_TYPE: [TypeError, 'This handle type cannot be sent'],
  ERR_INVALID_IP_ADDRESS: [TypeError, 'Invalid IP address: %s'],
  ERR_IP_BLOCKED: [Error, 'IP(%s) is blocked by net.BlockList'],
  ERR_MISSING_ARGS: [TypeError, 'The "options" or "port" or "path" argument must be specified'],
  ERR_SERVER_ALREADY_LISTEN: [Error, 'Listen method has been called more than once without closing.'],
  ERR_SERVER_NOT_RUNNING: [Error, 'Server is not running.'],
  ERR_SOCKET_CLOSED: [Error, 'Socket is closed'],
  ERR_SOCKET_CLOSED_BEFORE_CONNECTION: [Error, 'Socket closed before the connection was established'],
  ERR_SOCKET_CONNECTION_TIMEOUT: [Error, 'Socket connection timeout'],
  ERR_SOCKET_HANDLE_ADOPTED: [Error, 'The bound socket has already been adopted by a server or socket'],
  ERR_SAFE_SOCKET_DELIVERY_TIMEOUT: [Error, 'Not everything was delivered in time'],
  ERR_SAFE_SOCKET_CLUSTER: [
    Error,
    'A cluster worker can listen on a TCP port other than 0 only (it is shared by SO_REUSEPORT): %s cannot be shared',
  ],
};

/**
 * @param {string} code one of the table above
 * @param {unknown} [detail] what stands for `%s`
 * @returns {Error & { code: string }}
 */
function netError(code, detail) {
  const [Base, message] = ERRORS[code];
  return codedError(Base, code, message.includes('%s') ? format(message, detail) : message, netError);
}

/**
 * @param {unknown} family
 * @param {string | undefined} host
 * @param {number | string | undefined} port
 * @returns {Error & { code: string, host?: string, port?: number | string }} a lookup gave something else than 4 or 6
 */
function addressFamilyError(family, host, port) {
  const message = `Invalid address family: ${family} ${host}:${port}`;
  const error = codedError(RangeError, 'ERR_INVALID_ADDRESS_FAMILY', message, addressFamilyError);
  return Object.assign(error, { host, port });
}

/**
 * @param {AbortSignal} signal
 * @returns {Error & { code: string }} `ABORT_ERR`
 */
function abortError(signal) {
  const error = Object.assign(new Error('The operation was aborted', { cause: signal.reason }), { code: 'ABORT_ERR' });
  return Object.defineProperty(error, 'name', { value: 'AbortError', writable: true, configurable: true });
}

module.exports = { abortError, addressFamilyError, netError };
