'use strict';

/**
 * The one place where a failure of the operating system becomes an Error, in the shape that Node gives
 * to it: `errno`, `code`, `syscall`, and `address` and `port` where an endpoint was involved.
 */

const { getSystemErrorMap, getSystemErrorName } = require('node:util');

/**
 * @typedef {Error & { errno: number, code: string, syscall: string, address?: string, port?: number,
 *   localAddress?: string, localPort?: number }} SystemError
 */

/**
 * @param {string} message
 * @param {Record<string, unknown>} fields
 * @param {Function} cutoff
 * @returns {SystemError}
 */
function build(message, fields, cutoff) {
  const error = new Error(message);
  Error.captureStackTrace(error, cutoff);
  return /** @type {any} */ (Object.assign(error, fields));
}

/**
 * @param {string | undefined} address
 * @param {number | undefined} port
 * @returns {string} the endpoint as it stands at the end of a message
 */
function endpoint(address, port) {
  if (port && port > 0) return ` ${address}:${port}`;
  return address ? ` ${address}` : '';
}

/**
 * A failed operation on a descriptor: `read ECONNRESET`.
 *
 * @param {number} errno
 * @param {string} syscall
 * @returns {SystemError}
 */
function errnoError(errno, syscall) {
  const code = getSystemErrorName(errno);
  return build(`${syscall} ${code}`, { errno, code, syscall }, errnoError);
}

/**
 * A failed operation on an endpoint: `connect ECONNREFUSED 127.0.0.1:80`.
 *
 * @param {number | SystemError} failure an errno, or the refusal of Node's permission model
 * @param {string} syscall
 * @param {string | undefined} address
 * @param {number | undefined} [port]
 * @param {string} [local] the local endpoint, if it is known
 * @returns {SystemError}
 */
function endpointError(failure, syscall, address, port, local) {
  const isErrno = typeof failure === 'number';
  const code = isErrno ? getSystemErrorName(failure) : failure.code;
  const details = isErrno ? endpoint(address, port) + (local ? ` - Local (${local})` : '') : ` ${failure.message}`;
  const fields = { errno: failure, code, syscall, address, ...(port ? { port } : undefined) };
  return build(`${syscall} ${code}${details}`, fields, endpointError);
}

/**
 * A failed `listen`, which says in words what happened: `listen EADDRINUSE: address already in use :::80`.
 *
 * @param {number} errno
 * @param {string} syscall
 * @param {string | undefined} address
 * @param {number | undefined} [port]
 * @returns {SystemError}
 */
function listenError(errno, syscall, address, port) {
  const [code, words] = getSystemErrorMap().get(errno) ?? ['UNKNOWN', 'unknown error'];
  const fields = { code, errno, syscall, address, ...(port ? { port } : undefined) };
  return build(`${syscall} ${code}: ${words}${endpoint(address, port)}`, fields, listenError);
}

/**
 * All attempts to connect have failed.
 *
 * @param {Array<Error & { code?: string }>} errors in the order of the attempts
 * @returns {AggregateError & { code?: string }} with the `code` of the first
 */
function attemptsError(errors) {
  const code = errors[0]?.code;
  const error = new AggregateError(errors);
  // Node's stack begins with `AggregateError [CODE]: ` and has no words; it is rendered when it is captured.
  Object.defineProperty(error, 'name', { value: `${error.name} [${code}]: `, configurable: true });
  Error.captureStackTrace(error, attemptsError);
  void error.stack;
  Reflect.deleteProperty(error, 'name');
  return Object.assign(error, { code });
}

module.exports = { attemptsError, endpointError, errnoError, listenError };
