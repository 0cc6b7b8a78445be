'use strict';

/**
 * The errors of Node for arguments that a caller got wrong. Node builds them from internal classes;
 * these have the same `code`, `name`, message and shape, so that code which matches on Node's errors
 * matches on ours (https://nodejs.org/api/errors.html).
 */

const { inspect } = require('node:util');

const MAX_QUOTED_STRING = 25;
const MAX_INSPECTED_VALUE = 128;
/** From here on Node groups digits in messages: 4_294_967_297. */
const GROUP_DIGITS_ABOVE = 2 ** 32;
/** Names that Node writes as "of type x" rather than "an instance of X". */
const PRIMITIVES = new Set(['string', 'function', 'number', 'object', 'boolean', 'bigint', 'symbol']);

/**
 * An error as Node's own: `code` is an own property, and the stack begins with `Name [CODE]: message`.
 *
 * @param {ErrorConstructor | TypeErrorConstructor | RangeErrorConstructor} Base
 * @param {string} code
 * @param {string} message
 * @param {Function} [cutoff] frames above and including this function are left out of the stack
 * @returns {Error & { code: string }}
 */
function codedError(Base, code, message, cutoff = codedError) {
  const error = /** @type {Error & { code: string }} */ (new Base(message));
  // The stack is rendered when it is captured: lend the error the name that Node shows there.
  Object.defineProperty(error, 'name', { value: `${error.name} [${code}]`, configurable: true });
  Error.captureStackTrace(error, cutoff);
  void error.stack;
  Reflect.deleteProperty(error, 'name');
  error.code = code;
  Object.defineProperty(error, 'toString', { value: describe, configurable: true, writable: true });
  return error;
}

/**
 * @this {Error & { code: string }}
 * @returns {string}
 */
function describe() {
  return `${this.name} [${this.code}]: ${this.message}`;
}

/**
 * @param {unknown} value
 * @returns {string} what was received, in Node's words
 */
function received(value) {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') {
    const name = value.constructor?.name;
    return name ? `an instance of ${name}` : inspect(value, { depth: -1 });
  }
  if (typeof value === 'string') {
    const shown = value.length > MAX_QUOTED_STRING + 3 ? `${value.slice(0, MAX_QUOTED_STRING)}...` : value;
    return `type string (${shown.includes("'") ? JSON.stringify(shown) : `'${shown}'`})`;
  }
  return `type ${typeof value} (${inspect(value, { colors: false })})`;
}

/**
 * @param {readonly string[]} words
 * @returns {string} `a`, `a or b`, `a, b, or c`
 */
function oneOf(words) {
  if (words.length < 3) return words.join(' or ');
  return `${words.slice(0, -1).join(', ')}, or ${words[words.length - 1]}`;
}

/**
 * @param {readonly string[]} expected
 * @returns {string}
 */
function expectation(expected) {
  const types = expected.filter((name) => PRIMITIVES.has(name.toLowerCase()));
  const classes = expected.filter((name) => !types.includes(name) && !name.includes('.'));
  const others = expected.filter((name) => name.includes('.'));
  const parts = [];
  if (types.length > 0) {
    parts.push(`${types.length > 1 ? 'one of type' : 'of type'} ${oneOf(types.map((name) => name.toLowerCase()))}`);
  }
  if (classes.length > 0) parts.push(`an instance of ${oneOf(classes)}`);
  if (others.length > 0) parts.push(`an ${oneOf(others)}`);
  return parts.join(' or ');
}

/**
 * @param {string} name the argument, or the property if it has a dot
 * @returns {'argument' | 'property'}
 */
function kindOf(name) {
  return name.includes('.') ? 'property' : 'argument';
}

/**
 * @param {string} name
 * @param {string | readonly string[]} expected
 * @param {unknown} actual
 * @returns {Error & { code: string }} `ERR_INVALID_ARG_TYPE`
 */
function invalidArgType(name, expected, actual) {
  const wanted = expectation(typeof expected === 'string' ? [expected] : expected);
  const message = `The "${name}" ${kindOf(name)} must be ${wanted}. Received ${received(actual)}`;
  return codedError(TypeError, 'ERR_INVALID_ARG_TYPE', message, invalidArgType);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {string} [reason]
 * @returns {Error & { code: string }} `ERR_INVALID_ARG_VALUE`
 */
function invalidArgValue(name, value, reason = 'is invalid') {
  let shown = inspect(value);
  if (shown.length > MAX_INSPECTED_VALUE) shown = `${shown.slice(0, MAX_INSPECTED_VALUE)}...`;
  const message = `The ${kindOf(name)} '${name}' ${reason}. Received ${shown}`;
  return codedError(TypeError, 'ERR_INVALID_ARG_VALUE', message, invalidArgValue);
}

/**
 * @param {string} name
 * @param {string} range
 * @param {number} value
 * @returns {Error & { code: string }} `ERR_OUT_OF_RANGE`
 */
function outOfRange(name, range, value) {
  const large = Number.isInteger(value) && Math.abs(value) > GROUP_DIGITS_ABOVE;
  const shown = large ? String(value).replace(/\B(?=(?:\d{3})+$)/g, '_') : inspect(value);
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${shown}`;
  return codedError(RangeError, 'ERR_OUT_OF_RANGE', message, outOfRange);
}

/**
 * @param {string} name
 * @param {unknown} port
 * @returns {Error & { code: string }} `ERR_SOCKET_BAD_PORT`
 */
function badPort(name, port) {
  const message = `${name} should be >= 0 and < 65536. Received ${received(port)}.`;
  return codedError(RangeError, 'ERR_SOCKET_BAD_PORT', message, badPort);
}

module.exports = { badPort, codedError, invalidArgType, invalidArgValue, outOfRange, received };
