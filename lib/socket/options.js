'use strict';

/**
 * Socket options. Before there is a connection they are remembered and set when it comes; afterwards
 * only a change is a system call.
 */

const net = require('node:net');

const { kState } = require('../contract/record');
const { invalidArgType } = require('../errors/argument');
const { EBADF, errnoError } = require('../errors/system');
const { validateInt32 } = require('../errors/validate');

const MAX_TYPE_OF_SERVICE = 255;

/**
 * @param {any} milliseconds anything that `net` takes; what is no number is 0
 * @returns {number} whole seconds, as the kernel wants them
 */
function toSeconds(milliseconds) {
  return ~~(milliseconds / 1000);
}

/**
 * Sets on a fresh connection what was asked for before it was there.
 *
 * @param {any} socket
 */
function applyOptions(socket) {
  const state = socket[kState];
  const { stream } = state;
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

const optionMethods = {
  /**
   * @this {any}
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
   * @this {any}
   * @param {any} [enable] SO_KEEPALIVE, or `{ enable, initialDelay, interval, count }`
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
   * @this {any}
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

  /** @this {any} */
  getTypeOfService() {
    const state = this[kState];
    if (state.stream?.kind !== 'tcp') return state.typeOfService ?? 0;
    const tos = state.stream.getTypeOfService();
    if (tos < 0) throw errnoError(tos, 'getTypeOfService');
    return tos;
  },
};

// A newer Node takes two more arguments; here every version does.
Object.defineProperty(optionMethods.setKeepAlive, 'length', { value: net.Socket.prototype.setKeepAlive.length });

module.exports = { applyOptions, optionMethods, toSeconds };
