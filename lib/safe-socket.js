'use strict';

const { setPolicy, validatePolicy } = require('./contract/policy');
const { codedError, received } = require('./errors/argument');
const { checkMixedNames, checkNames } = require('./errors/option-names');
const { validateObject } = require('./errors/validate');
const { guardStream } = require('./guard/guard');
const { normalizeArgs } = require('./socket/args');
const { DELIVERY_OPTIONS } = require('./socket/options');
const { Socket } = require('./socket/socket');

/** @import { AnyStream } from './node/stream' */
/** @import { ConnectOptions } from './socket/args' */
/** @import { RustSocket } from './socket/socket' */

/** @typedef {import('./guard/guard').GuardOptions & ConnectOptions} Options */

const GUARD_OPTIONS = ['strict', 'trace', 'onRefused', 'linger', 'writeTimeout'];
const OPTIONS = [...new Set([...GUARD_OPTIONS, 'gather', ...DELIVERY_OPTIONS])];

/** What a guard cannot do for a stream that is there already. */
const INAPPLICABLE = Object.fromEntries(
  OPTIONS.filter((name) => !GUARD_OPTIONS.includes(name)).map((name) => [
    name,
    'does not apply to a stream that is there already: it is for a connection that safeSocket() makes',
  ]),
);

/** Options of `net.connect()`, of what it calls, and of the Duplex below. */
const OPTIONS_OF_NODE = new Set([
  ...['port', 'host', 'path', 'localAddress', 'localPort', 'family', 'hints', 'lookup', 'all', 'order', 'verbatim'],
  ...['noDelay', 'keepAlive', 'keepAliveInitialDelay', 'autoSelectFamily', 'autoSelectFamilyAttemptTimeout'],
  ...['timeout', 'typeOfService', 'blockList', 'fd', 'handle', 'allowHalfOpen', 'pauseOnCreate', 'manualStart'],
  ...['onread', 'signal', 'readable', 'writable', 'encoding', 'defaultEncoding', 'decodeStrings', 'emitClose'],
  ...['autoDestroy', 'highWaterMark', 'readableHighWaterMark', 'writableHighWaterMark', 'captureRejections'],
  ...['objectMode', 'readableObjectMode', 'writableObjectMode', 'construct', 'read', 'write', 'writev'],
  ...['final', 'destroy'],
]);

/**
 * A socket whose writes after its end throw `ERR_SOCKET_ALREADY_ENDED`.
 *
 * Given a stream, guards that very object and returns it. Given a port, perhaps with a host, a path, or the options of
 * `net.connect()`, connects a Rust-backed socket.
 *
 * @param {unknown} target
 * @param {...any} rest `([options])`, for a port also `(host[, options])`: GuardOptions; for a connection they may be mixed
 *   with those of `net.connect()`
 * @returns {AnyStream}
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 */
function safeSocket(target, ...rest) {
  if (!isStream(target)) return connected(target, rest);
  const options = toOptions(rest[0]);
  if (options === undefined) return guardStream(target);
  checkNames(options, GUARD_OPTIONS, INAPPLICABLE);
  return guardStream(target, options);
}

/**
 * Never a silent fall-back to `net`: without the native binary this throws.
 *
 * @param {unknown} target
 * @param {any[]} rest
 * @returns {RustSocket}
 */
function connected(target, rest) {
  const isEndpoint = typeof target === 'number' || typeof target === 'string';
  if (!isEndpoint && !isOptions(target)) throw wrongTarget(target);
  const destination = normalizeArgs([target])[0];
  if (destination.port === target && isHost(rest)) destination.host = rest.shift() ?? undefined;
  const options = toOptions(rest[0]);
  const settings = { ...destination, ...options };
  if (settings.port === undefined && settings.path == null) throw wrongTarget(target);
  checkMixedNames(settings, OPTIONS, OPTIONS_OF_NODE);
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

/**
 * @param {unknown} target
 * @returns {boolean}
 */
function isOptions(target) {
  return typeof target === 'object' && target !== null && !Array.isArray(target);
}

/**
 * @param {any[]} rest what follows a port
 * @returns {boolean} whether it begins with a host, or with none in its place
 */
function isHost([host, ...others]) {
  return typeof host === 'string' || ((host === undefined || host === null) && others.length > 0);
}

/**
 * @param {any} options
 * @returns {any} undefined if there are none
 */
function toOptions(options) {
  if (options === undefined || options === null) return undefined;
  validateObject(options, 'options');
  return options;
}

/** @param {unknown} target */
function wrongTarget(target) {
  const expected = 'a stream to guard, or a port, a path or the options of net.connect() to connect to';
  const message = `The "target" argument must be ${expected}. Received ${received(target)}`;
  return codedError(TypeError, 'ERR_INVALID_ARG_TYPE', message, safeSocket);
}

module.exports = { safeSocket };
