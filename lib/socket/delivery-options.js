'use strict';

/** Options about the fate of bytes, which `net` does not have: for `new Socket()`, `connect()` and `createServer()`. */

const { kState } = require('../contract/record');
const { errnoError } = require('../errors/system');
const { validateInt32, validateTimeout } = require('../errors/validate');
const { toSeconds } = require('./options');

const NAMES = /** @type {const} */ ([
  'keepAliveInterval',
  'keepAliveCount',
  'linger',
  'notSentLowWatermark',
  'userTimeout',
  'writeTimeout',
]);

/**
 * @typedef {object} DeliveryOptions
 * @property {number} [keepAliveInterval] milliseconds between two probes
 * @property {number} [keepAliveCount] unanswered probes after which the connection is dropped
 * @property {number} [linger] milliseconds that `end()` waits for the peer before it resets the connection
 * @property {number} [notSentLowWatermark] unsent bytes in the kernel from which on it takes no more (`TCP_NOTSENT_LOWAT`)
 * @property {number} [userTimeout] milliseconds that bytes may stay unacknowledged (`TCP_USER_TIMEOUT`)
 * @property {number} [writeTimeout] milliseconds that a write may be unfinished
 */

/**
 * @param {any} options those of a socket or a server
 * @returns {DeliveryOptions | null} the checked ones of this file, null where there is none
 */
function pickDeliveryOptions(options) {
  let picked = null;
  for (const name of NAMES) {
    if (options[name] === undefined) continue;
    if (name === 'keepAliveCount') validateInt32(options[name], `options.${name}`, 1, MAX_KEEPALIVE_COUNT);
    else if (name === 'notSentLowWatermark') validateInt32(options[name], `options.${name}`, 0);
    else validateTimeout(options[name], `options.${name}`);
    picked ??= /** @type {DeliveryOptions} */ ({});
    picked[name] = options[name];
  }
  return picked;
}

/** What Linux takes. */
const MAX_KEEPALIVE_COUNT = 127;

/**
 * @param {any} socket
 * @param {DeliveryOptions} options
 */
function setDeliveryOptions(socket, options) {
  const state = socket[kState];
  if (options.keepAliveInterval !== undefined) state.keepAliveInterval = toSeconds(options.keepAliveInterval);
  if (options.keepAliveCount !== undefined) state.keepAliveCount = options.keepAliveCount;
  if (options.linger !== undefined) state.lingerMs = options.linger;
  if (options.writeTimeout !== undefined) state.writeTimeoutMs = options.writeTimeout;
  state.userTimeoutMs = options.userTimeout;
  state.notSentLowWatermark = options.notSentLowWatermark;
  state.hasKernelOptions = options.userTimeout !== undefined || options.notSentLowWatermark !== undefined;
  if (state.stream !== null && state.hasKernelOptions) applyKernelOptions(state);
}

/**
 * Sets on a fresh connection what was asked for. It is a wish, as `noDelay` is: a system that does not know the option
 * does without.
 *
 * @param {any} state
 */
function applyKernelOptions({ stream, userTimeoutMs, notSentLowWatermark }) {
  if (stream.kind !== 'tcp') return;
  if (userTimeoutMs !== undefined) stream.setUserTimeout(userTimeoutMs);
  if (notSentLowWatermark !== undefined) stream.setNotSentLowWatermark(notSentLowWatermark);
}

/**
 * @param {any} stream
 * @param {number} errno
 * @param {string} syscall
 */
function check(stream, errno, syscall) {
  if (stream !== null && stream.kind === 'tcp' && errno < 0) throw errnoError(errno, syscall);
}

const deliveryOptionMethods = {
  /**
   * @this {any}
   * @param {number} msecs that bytes may stay unacknowledged before the connection is given up with `ETIMEDOUT`; 0: the
   *   system's
   */
  setUserTimeout(msecs) {
    validateTimeout(msecs, 'msecs');
    const state = this[kState];
    state.userTimeoutMs = msecs;
    state.hasKernelOptions = true;
    check(state.stream, state.stream?.setUserTimeout(msecs), 'setUserTimeout');
    return this;
  },

  /**
   * @this {any}
   * @param {number} bytes that may wait unsent in the kernel before it takes no more
   */
  setNotSentLowWatermark(bytes) {
    validateInt32(bytes, 'bytes', 0);
    const state = this[kState];
    state.notSentLowWatermark = bytes;
    state.hasKernelOptions = true;
    check(state.stream, state.stream?.setNotSentLowWatermark(bytes), 'setNotSentLowWatermark');
    return this;
  },
};

module.exports = { applyKernelOptions, deliveryOptionMethods, pickDeliveryOptions, setDeliveryOptions };
