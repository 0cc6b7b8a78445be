'use strict';

/** The call forms that `connect()` and `listen()` share: `(options)`, `(path)`, `(port[, host])`, each with a callback. */

const { isNormalizedByNode } = require('../node/normalized-args');

/** @import { SocketOptions } from './socket' */

const kNormalized = Symbol('safe-socket.normalized');

/**
 * What `connect()` takes, and the constructor of the socket with it. A program may give anything: it is checked where it is
 * used.
 *
 * @typedef {Omit<Partial<import('node:net').TcpNetConnectOpts>, keyof SocketOptions> & { path?: string }} TargetOptions
 * @typedef {SocketOptions & TargetOptions} ConnectOptions
 *
 * @typedef {import('node:net').ListenOptions & { fd?: number, handle?: unknown, _handle?: unknown }} ListenOptions
 * @typedef {() => void} Listener
 * @typedef {[options: ConnectOptions & ListenOptions, listener: Listener | null]} Normalized
 */

/**
 * @param {unknown} value
 * @returns {number | false} the number that a port, a backlog or a numeric string stands for
 */
function toNumber(value) {
  const number = Number(value);
  return number >= 0 ? number : false;
}

/**
 * @param {unknown} value
 * @returns {value is string} true of a path; a numeric string is a port
 */
function isPath(value) {
  return typeof value === 'string' && toNumber(value) === false;
}

/**
 * @param {unknown} args
 * @returns {args is Normalized}
 */
function isNormalized(args) {
  return Array.isArray(args) && (Object.hasOwn(args, kNormalized) || isNormalizedByNode(args));
}

/**
 * @param {unknown[]} args the arguments of `connect()` or `listen()`
 * @returns {Normalized} options and callback, marked so that a second call takes them as they are
 */
function normalizeArgs(args) {
  const [first, second] = args;
  const last = args[args.length - 1];
  /** @type {Record<string, unknown>} */
  let options = {};
  if (typeof first === 'object' && first !== null) {
    options = /** @type {Record<string, unknown>} */ (first);
  } else if (isPath(first)) {
    options.path = first;
  } else if (args.length > 0) {
    options.port = first;
    if (typeof second === 'string') options.host = second;
  }
  const listener = typeof last === 'function' ? /** @type {Listener} */ (last) : null;
  /** @type {Normalized} */
  const normalized = [options, listener];
  return Object.assign(normalized, { [kNormalized]: true });
}

module.exports = { isNormalized, isPath, normalizeArgs, toNumber };
