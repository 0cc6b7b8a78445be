'use strict';

/**
 * Socket options. Before there is a connection they are remembered and set when it comes; afterwards
 * only a change is a system call. The second half are options about the fate of bytes, which `net` does not have: for
 * `new Socket()`, `connect()` and `createServer()`.
 */

const net = require('node:net');

const { kState } = require('../contract/record');
const { invalidArgType } = require('../errors/argument');
const { EBADF, errnoError } = require('../errors/system');
const { validateInt32, validateTimeout } = require('../errors/validate');

/** @import { NativeStream } from '../native/stream' */
/** @import { RustSocket } from './socket' */
/** @import { SocketState } from './state' */

const MAX_TYPE_OF_SERVICE = 255;
/** What Linux takes. */
const MAX_KEEPALIVE_COUNT = 127;

const DELIVERY_OPTIONS = /** @type {const} */ ([
  'keepAliveInterval',
  'keepAliveCount',
  'linger',
  'notSentLowWatermark',
  'userTimeout',
  'writeTimeout',
]);

/** @typedef {{ enable?: boolean, initialDelay?: number, interval?: number, count?: number }} KeepAlive */

/**
 * @param {unknown} milliseconds anything that `net` takes; what is no number is 0
 * @returns {number} whole seconds, as the kernel wants them
 */
function toSeconds(milliseconds) {
  return ~~(/** @type {number} */ (milliseconds) / 1000);
}

/**
 * Sets on a fresh connection what was asked for before it was there.
 *
 * @param {RustSocket} socket
 */
function applyOptions(socket) {
  const state = socket[kState];
  const stream = /** @type {NativeStream} */ (state.stream);
  if (stream.kind !== 'tcp') return;
  if (state.noDelay) stream.setNoDelay(true);
  if (state.keepAlive) {
    stream.setKeepAlive(true, state.keepAliveInitialDelay, state.keepAliveInterval, state.keepAliveCount);
  }
  if (state.typeOfService !== undefined) {
    const errno = stream.setTypeOfService(state.typeOfService);
    if (errno < 0 && errno !== EBADF) socket.emit('error', errnoError(errno, 'setTypeOfService'));
  }
}

/**
 * @param {NativeStream | null} stream
 * @param {number | undefined} errno of a call on it
 * @param {string} syscall
 */
function check(stream, errno, syscall) {
  if (stream?.kind === 'tcp' && errno !== undefined && errno < 0) throw errnoError(errno, syscall);
}

const optionMethods = {
  /**
   * @this {RustSocket}
   * @param {boolean} [enable] TCP_NODELAY; true when left out
   */
  setNoDelay(enable) {
    const state = this[kState];
    const value = enable === undefined ? true : Boolean(enable);
    if (value !== state.noDelay || state.stream === null) {
      state.noDelay = value;
      if (state.stream?.kind === 'tcp') state.stream.setNoDelay(value);
    }
    return this;
  },

  /**
   * @this {RustSocket}
   * @param {boolean | KeepAlive | null} [enable] SO_KEEPALIVE, or `{ enable, initialDelay, interval, count }`
   * @param {number} [initialDelay] milliseconds of silence before the first probe
   * @param {number} [interval] milliseconds between probes
   * @param {number} [count] unanswered probes before the connection is dropped
   */
  setKeepAlive(enable, initialDelay, interval, count) {
    const wanted = enable !== null && typeof enable === 'object' ? enable : { enable, initialDelay, interval, count };
    const state = this[kState];
    const value = Boolean(wanted.enable);
    const delaySecs = toSeconds(wanted.initialDelay);
    const intervalSecs = wanted.interval === undefined ? undefined : toSeconds(wanted.interval);
    const isSame =
      value === state.keepAlive &&
      (!value ||
        (delaySecs === state.keepAliveInitialDelay &&
          intervalSecs === state.keepAliveInterval &&
          wanted.count === state.keepAliveCount));
    if (isSame && state.stream !== null) return this;
    state.keepAlive = value;
    state.keepAliveInitialDelay = delaySecs;
    state.keepAliveInterval = intervalSecs;
    state.keepAliveCount = wanted.count;
    if (state.stream?.kind === 'tcp') state.stream.setKeepAlive(value, delaySecs, intervalSecs, wanted.count);
    return this;
  },

  /**
   * @this {RustSocket}
   * @param {number} tos IP_TOS or IPV6_TCLASS
   */
  setTypeOfService(tos) {
    if (Number.isNaN(tos)) throw invalidArgType('tos', 'number', tos);
    validateInt32(tos, 'tos', 0, MAX_TYPE_OF_SERVICE);
    const state = this[kState];
    const isNew = tos !== state.typeOfService;
    state.typeOfService = tos;
    if (isNew && state.stream?.kind === 'tcp') {
      const errno = state.stream.setTypeOfService(tos);
      if (errno < 0) throw errnoError(errno, 'setTypeOfService');
    }
    return this;
  },

  /** @this {RustSocket} */
  getTypeOfService() {
    const state = this[kState];
    if (state.stream?.kind !== 'tcp') return state.typeOfService ?? 0;
    const tos = state.stream.getTypeOfService();
    if (tos < 0) throw errnoError(tos, 'getTypeOfService');
    return tos;
  },

  /**
   * @this {RustSocket}
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
   * @this {RustSocket}
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

// A newer Node takes two more arguments; here every version does.
Object.defineProperty(optionMethods.setKeepAlive, 'length', { value: net.Socket.prototype.setKeepAlive.length });

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
 * @param {DeliveryOptions} options among those of a socket or a server
 * @returns {DeliveryOptions | null} the checked ones of this file, null where there is none
 */
function pickDeliveryOptions(options) {
  let picked = null;
  for (const name of DELIVERY_OPTIONS) {
    if (options[name] === undefined) continue;
    if (name === 'keepAliveCount') validateInt32(options[name], `options.${name}`, 1, MAX_KEEPALIVE_COUNT);
    else if (name === 'notSentLowWatermark') validateInt32(options[name], `options.${name}`, 0);
    else validateTimeout(options[name], `options.${name}`);
    picked ??= /** @type {DeliveryOptions} */ ({});
    picked[name] = options[name];
  }
  return picked;
}

/**
 * @param {RustSocket} socket
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
 * @param {SocketState} state
 */
function applyKernelOptions({ stream, userTimeoutMs, notSentLowWatermark }) {
  if (stream?.kind !== 'tcp') return;
  if (userTimeoutMs !== undefined) stream.setUserTimeout(userTimeoutMs);
  if (notSentLowWatermark !== undefined) stream.setNotSentLowWatermark(notSentLowWatermark);
}

module.exports = {
  DELIVERY_OPTIONS,
  MAX_TYPE_OF_SERVICE,
  applyKernelOptions,
  applyOptions,
  optionMethods,
  pickDeliveryOptions,
  setDeliveryOptions,
  toSeconds,
};
