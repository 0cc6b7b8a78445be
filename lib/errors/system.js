'use strict';

/**
 * The one place where a failure of the operating system becomes an Error, in the shape that Node gives
 * to it: `errno`, `code`, `syscall`, and `address` and `port` if an endpoint was involved.
 *
 * The addon reports every failure as the negative number that libuv gives it
 * (https://docs.libuv.org/en/v1.x/errors.html). The numbers that lib/ tells apart stand here by name.
 */

const { getSystemErrorMap, getSystemErrorName } = require('node:util');

/** The numbers by their names. @type {Map<string, number>} */
const numbers = new Map(Array.from(getSystemErrorMap(), ([number, [name]]) => [name, number]));

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
  return /** @type {SystemError} */ (/** @type {Error} */ (Object.assign(error, fields)));
}

/**
 * @param {string | null | undefined} address
 * @param {number | null | undefined} port
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
 * @param {number | Error & { code: string }} failure an errno, or the refusal of Node's permission model
 * @param {string} syscall
 * @param {string | null | undefined} address
 * @param {number | null} [port]
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
 * @param {string | null | undefined} address
 * @param {number | null} [port]
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

/**
 * Says how far a failed write came: the kernel took `error.bytesAccepted`, and `error.bytesUnsent` never left the
 * process. Not enumerable, so that the error looks like that of `net`.
 *
 * @template {Error} T
 * @param {T} error
 * @param {number} bytesAccepted
 * @param {number} bytesUnsent
 * @returns {T}
 */
function withBytes(error, bytesAccepted, bytesUnsent) {
  return Object.defineProperties(error, {
    bytesAccepted: { value: bytesAccepted, writable: true, configurable: true },
    bytesUnsent: { value: bytesUnsent, writable: true, configurable: true },
  });
}

/**
 * @param {string} name such as `EAGAIN`
 * @returns {number}
 */
function errno(name) {
  return /** @type {number} */ (numbers.get(name));
}

module.exports = {
  EADDRINUSE: errno('EADDRINUSE'),
  EAGAIN: errno('EAGAIN'),
  EALREADY: errno('EALREADY'),
  EBADF: errno('EBADF'),
  ECANCELED: errno('ECANCELED'),
  EFAULT: errno('EFAULT'),
  EINVAL: errno('EINVAL'),
  ENOBUFS: errno('ENOBUFS'),
  ENOTCONN: errno('ENOTCONN'),
  ETIMEDOUT: errno('ETIMEDOUT'),
  attemptsError,
  endpointError,
  errnoError,
  listenError,
  withBytes,
};
