'use strict';

/** The call forms that `connect()` and `listen()` share: `(options)`, `(path)`, `(port[, host])`, each with a callback. */

const net = require('node:net');

const kNormalized = Symbol('safe-socket.normalized');

/**
 * Node marks argument lists that were already brought into one form, and hands them from one part of
 * itself to another (`http` to `createConnection`); the mark is a symbol that only such a list shows.
 */
const [kNormalizedByNode] = /** @type {Array<symbol | undefined>} */ (
  Object.getOwnPropertySymbols(Reflect.get(net, '_normalizeArgs')?.([]) ?? [])
);

/**
 * @param {any} value
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
 * @param {any} args
 * @returns {args is [object, Function | null]}
 */
function isNormalized(args) {
  if (!Array.isArray(args)) return false;
  return (
    Object.hasOwn(args, kNormalized) || (kNormalizedByNode !== undefined && Object.hasOwn(args, kNormalizedByNode))
  );
}

/**
 * @param {any[]} args the arguments of `connect()` or `listen()`
 * @returns {[any, Function | null]} options and callback, marked so that a second call takes them as they are
 */
function normalizeArgs(args) {
  const [first, second] = args;
  const last = args[args.length - 1];
  /** @type {any} */
  let options = {};
  if (typeof first === 'object' && first !== null) {
    options = first;
  } else if (isPath(first)) {
    options.path = first;
  } else if (args.length > 0) {
    options.port = first;
    if (typeof second === 'string') options.host = second;
  }
  /** @type {any} */
  const normalized = [options, typeof last === 'function' ? last : null];
  normalized[kNormalized] = true;
  return normalized;
}

module.exports = { isNormalized, isPath, normalizeArgs, toNumber };
