'use strict';

const { normalizeArgs } = require('./socket/args');
const { belongsToHttp, guard, setDeadlines, validateDeadlines } = require('./on-demand');
const { hasPolicy, setPolicy, validatePolicy } = require('./contract/policy');
const { Socket } = require('./socket/socket');
const { kState } = require('./socket/state');

/**
 * @typedef {object} SafeSocketOptions
 * @property {boolean} [strict] whether a bare `end()` on an ended socket is refused too; by default only where the
 *   socket is in nobody else's hands: not for HTTP messages and the sockets of Node's `http`, `https` and `http2`
 * @property {boolean} [trace] keep the stack of the line that ends the socket, for `err.cause`; default `false`
 * @property {import('./contract/policy').OnRefused} [onRefused] what a refused call does; default `'throw'`
 * @property {number} [linger] of a `net.Socket`: milliseconds that `end()` waits for the peer before it resets the connection
 * @property {number} [writeTimeout] of a `net.Socket`: milliseconds that a write may be unfinished
 */

/**
 * A socket whose writes after its end throw `ERR_SOCKET_ALREADY_ENDED`.
 *
 * Given a stream, guards that very object and returns it. Given a port, a path or the options of `net.connect()`,
 * connects a Rust-backed socket.
 *
 * @param {any} target
 * @param {any} [options] SafeSocketOptions; for a connection they may be mixed with those of `net.connect()`
 * @returns {any}
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 */
function safeSocket(target, options) {
  if (!isStream(target)) return connected(target, options);
  const { strict, trace, onRefused, linger, writeTimeout } = options ?? {};
  validatePolicy({ strict, trace, onRefused });
  const hasDeadlines = linger !== undefined || writeTimeout !== undefined;
  if (hasDeadlines) validateDeadlines(target, { linger, writeTimeout });
  const isNew = !hasPolicy(target);
  // A Rust-backed socket keeps the contract by itself.
  if (!(kState in target)) guard(target);
  setPolicy(target, { strict: strict ?? (isNew ? !belongsToHttp(target) : undefined), trace, onRefused });
  if (hasDeadlines) setDeadlines(target, { linger, writeTimeout });
  return target;
}

/**
 * Never a silent fall-back to `net`: without the native binary this throws.
 *
 * @param {any} target
 * @param {any} options
 * @returns {import('node:net').Socket}
 */
function connected(target, options) {
  const settings = { ...normalizeArgs([target])[0], ...options };
  const { strict = true, trace, onRefused, timeout } = settings;
  validatePolicy({ strict, trace, onRefused });
  const socket = new Socket(settings);
  setPolicy(socket, { strict, trace, onRefused });
  if (timeout) socket.setTimeout(timeout);
  return socket.connect(settings);
}

/**
 * @param {any} target
 * @returns {boolean}
 */
function isStream(target) {
  return typeof target?.write === 'function' && typeof target.on === 'function';
}

module.exports = { safeSocket };
