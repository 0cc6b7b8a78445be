'use strict';

const { setPolicy, validatePolicy } = require('./contract/policy');
const { guardStream } = require('./guard/guard');
const { normalizeArgs } = require('./socket/args');
const { Socket } = require('./socket/socket');

/** @import { AnyStream } from './node/stream' */
/** @import { ConnectOptions } from './socket/args' */
/** @import { RustSocket } from './socket/socket' */

/** @typedef {import('./guard/guard').GuardOptions & ConnectOptions} Options */

/**
 * A socket whose writes after its end throw `ERR_SOCKET_ALREADY_ENDED`.
 *
 * Given a stream, guards that very object and returns it. Given a port, a path or the options of `net.connect()`,
 * connects a Rust-backed socket.
 *
 * @param {unknown} target
 * @param {Options} [options] for a connection they may be mixed with those of `net.connect()`
 * @returns {AnyStream}
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 */
function safeSocket(target, options) {
  return isStream(target) ? guardStream(target, options ?? undefined) : connected(target, options);
}

/**
 * Never a silent fall-back to `net`: without the native binary this throws.
 *
 * @param {unknown} target
 * @param {Options | undefined} options
 * @returns {RustSocket}
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
 * @param {unknown} target
 * @returns {target is AnyStream}
 */
function isStream(target) {
  const stream = /** @type {Partial<AnyStream> | null | undefined} */ (target);
  return typeof stream?.write === 'function' && typeof stream.on === 'function';
}

module.exports = { safeSocket };
