'use strict';

const { codedError, invalidArgValue } = require('../errors/argument');
const { validateBoolean } = require('../errors/validate');
const { recordFor, recordOf } = require('./record');

/** @import { AnyStream } from '../node/stream' */

/** @typedef {InstanceType<typeof import('./refused-error').SocketAlreadyEndedError>} Refusal */

/**
 * What a refused call does. `throw`: throws, the contract. `emit`: returns `false`, gives the error to the callback and
 * emits `'error'` on the next tick. `drop`: returns `false` and gives the error to the callback. A function decides
 * itself: when it returns `true` the refusal is dealt with, as by `drop`; otherwise it is thrown.
 *
 * @typedef {'throw' | 'emit' | 'drop' | ((error: Refusal, socket: AnyStream) => boolean)} OnRefused
 */

/**
 * @typedef {object} Policy
 * @property {boolean} strict whether a bare `end()` on an ended socket is refused too
 * @property {boolean} trace whether the stack of the line that ends the socket is kept
 * @property {OnRefused} onRefused what a refused call does
 */

const ON_REFUSED = ['throw', 'emit', 'drop'];
const CHOICES = ON_REFUSED.map((name) => `'${name}'`).join(', ');

/** That of every stream that has none of its own. @type {Policy} */
const processPolicy = {
  strict: false,
  trace: process.env.SAFE_SOCKET_TRACE === '1',
  onRefused: 'throw',
};

/**
 * @param {AnyStream} socket
 * @returns {Policy}
 */
function policyOf(socket) {
  return recordOf(socket)?.policy ?? processPolicy;
}

/**
 * @param {AnyStream} socket
 * @returns {boolean} whether the socket has a policy of its own
 */
function hasPolicy(socket) {
  return recordOf(socket)?.policy !== undefined;
}

/**
 * Options that are `undefined` leave what was there before.
 *
 * @param {AnyStream} socket
 * @param {Partial<Policy>} options
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`
 */
function setPolicy(socket, options) {
  recordFor(socket).policy = merge(policyOf(socket), options);
}

/**
 * What a refused call does on every socket that has no policy of its own.
 *
 * @param {string | undefined} onRefused the environment variable
 * @throws {TypeError} `ERR_INVALID_ARG_VALUE`, which names it
 */
function setProcessPolicy(onRefused) {
  if (!onRefused) return;
  if (!ON_REFUSED.includes(onRefused)) {
    const message = `The environment variable SAFE_SOCKET_ON_REFUSED must be one of: ${CHOICES}. Received '${onRefused}'`;
    throw codedError(TypeError, 'ERR_INVALID_ARG_VALUE', message, setProcessPolicy);
  }
  processPolicy.onRefused = /** @type {Policy['onRefused']} */ (onRefused);
}

/**
 * @param {Policy} base
 * @param {Partial<Policy>} options
 * @returns {Policy}
 */
function merge(base, options) {
  validatePolicy(options);
  const { strict = base.strict, trace = base.trace, onRefused = base.onRefused } = options;
  return { strict, trace, onRefused };
}

/**
 * @param {Partial<Policy>} options
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`
 */
function validatePolicy({ strict, trace, onRefused }) {
  if (strict !== undefined) validateBoolean(strict, 'options.strict');
  if (trace !== undefined) validateBoolean(trace, 'options.trace');
  if (onRefused === undefined || typeof onRefused === 'function' || ON_REFUSED.includes(onRefused)) return;
  throw invalidArgValue('options.onRefused', onRefused, `must be a function or one of: ${CHOICES}`);
}

module.exports = { hasPolicy, policyOf, processPolicy, setPolicy, setProcessPolicy, validatePolicy };
