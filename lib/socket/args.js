'use strict';

/** The call forms that `connect()` and `listen()` share: `(options)`, `(path)`, `(port[, host])`, each with a callback. */

const { isNormalizedByNode } = require('../node/normalized-args');

const kNormalized = Symbol('safe-socket.normalized');

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
  return Array.isArray(args) && (Object.hasOwn(args, kNormalized) || isNormalizedByNode(args));
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
