'use strict';

/** `socket.connect()`: by port and host, by address, or by path. */

const diagnostics = require('node:diagnostics_channel');
const net = require('node:net');

const { kState } = require('../contract/record');
const { invalidArgType, invalidArgValue } = require('../errors/argument');
const { netError } = require('../errors/net');
const { endpointError } = require('../errors/system');
const {
  validateBoolean,
  validateFunction,
  validateHost,
  validateInt32,
  validateNumber,
  validatePort,
  validateString,
} = require('../errors/validate');
const { nextTick } = require('../node/clock');
const { hasPaths } = require('../node/versions');
const { isNormalized, normalizeArgs } = require('./args');
const { SingleAttempt, startError } = require('./attempt');
const { MultipleAttempt } = require('./happy-eyeballs');
const { addressError, interleaveFamilies, lookupOf, lookupOptions } = require('./lookup');
const { openStream } = require('./open');

/** @import { ConnectOptions } from './args' */
/** @import { Found } from './lookup' */
/** @import { RustSocket } from './socket' */

/** The shortest time that Node gives to an attempt, whatever a program asks for. */
const MIN_ATTEMPT_TIMEOUT_MS = 10;

const clientSocketChannel = diagnostics.channel('net.client.socket');

/**
 * @typedef {object} Destination
 * @property {string} host
 * @property {number} port
 * @property {string} [localAddress]
 * @property {number} [localPort]
 * @property {boolean} autoSelectFamily
 * @property {number} attemptTimeoutMs
 */

/**
 * Checks what `connect()` was given, in the order in which `net` does.
 *
 * @param {ConnectOptions} options
 * @param {boolean} isBound whether the local end is there already
 * @returns {Destination}
 */
function toDestination(options, isBound) {
  const { localAddress, localPort, port, autoSelectFamilyAttemptTimeout } = options;
  const host = options.host || 'localhost';
  let { autoSelectFamily } = options;
  validateHost(host, 'options.host');
  if (isBound) {
    if (localAddress !== undefined || localPort !== undefined) {
      const reason = 'localAddress and localPort cannot be used with an adopted bound socket';
      throw invalidArgValue('options', options, reason);
    }
    autoSelectFamily = false;
  }
  if (localAddress && !net.isIP(localAddress)) throw netError('ERR_INVALID_IP_ADDRESS', localAddress);
  if (localPort) validateNumber(localPort, 'options.localPort');
  if (port !== undefined) {
    if (typeof port !== 'number' && typeof port !== 'string') {
      throw invalidArgType('options.port', ['number', 'string'], port);
    }
    validatePort(port);
  }
  if (autoSelectFamily != null) validateBoolean(autoSelectFamily, 'options.autoSelectFamily');
  if (autoSelectFamilyAttemptTimeout != null) {
    validateInt32(autoSelectFamilyAttemptTimeout, 'options.autoSelectFamilyAttemptTimeout', 1);
  }
  return {
    host,
    port: (port ?? 0) | 0,
    localAddress,
    localPort,
    autoSelectFamily: autoSelectFamily ?? net.getDefaultAutoSelectFamily(),
    // The default may have been set to less by a flag, and then it counts.
    attemptTimeoutMs:
      autoSelectFamilyAttemptTimeout == null
        ? net.getDefaultAutoSelectFamilyAttemptTimeout()
        : Math.max(autoSelectFamilyAttemptTimeout, MIN_ATTEMPT_TIMEOUT_MS),
  };
}

/**
 * @param {RustSocket} socket
 * @param {Destination} destination
 * @param {string} address
 * @param {4 | 6} addressType
 */
function connectTo(socket, { port, localAddress, localPort }, address, addressType) {
  new SingleAttempt(socket, { address, port, addressType, localAddress, localPort }).begin();
}

/**
 * Listeners are added after `connect()` has returned: what fails sooner is told on the next tick.
 *
 * @param {RustSocket} socket
 * @param {Error} error
 */
function destroySoon(socket, error) {
  nextTick(() => socket.destroy(error));
}

/**
 * @param {RustSocket} socket
 * @param {ConnectOptions} options
 */
function connectToHost(socket, options) {
  const { bound } = socket[kState];
  const destination = toDestination(options, bound);
  const { host, localAddress, autoSelectFamily } = destination;
  const addressType = /** @type {0 | 4 | 6} */ (net.isIP(host));
  if (addressType !== 0) {
    // A bound socket connects at once, so that its local address can be read in the same tick.
    if (bound) connectTo(socket, destination, host, addressType);
    else nextTick(() => socket.connecting && connectTo(socket, destination, host, addressType));
    return;
  }
  if (options.lookup != null) validateFunction(options.lookup, 'options.lookup');
  const dnsOptions = lookupOptions(options);
  socket._host = host;
  const isAnyFamily = dnsOptions.family !== 4 && dnsOptions.family !== 6;
  if (isAnyFamily && !localAddress && autoSelectFamily) lookupAll(socket, options, destination, dnsOptions);
  else lookupOne(socket, options, destination, dnsOptions);
}

/**
 * @param {RustSocket} socket
 * @param {ConnectOptions} options
 * @param {Destination} destination
 * @param {ReturnType<typeof lookupOptions>} dnsOptions
 */
function lookupOne(socket, options, destination, dnsOptions) {
  const { host } = destination;
  const lookup = lookupOf(options);
  lookup(host, dnsOptions, (failure, address, family) => {
    socket.emit('lookup', failure, address, family, host);
    // The socket may have been destroyed meanwhile; a lookup cannot be stopped.
    if (!socket.connecting) return;
    const error = failure ?? addressError(address, family, options);
    if (error) {
      destroySoon(socket, error);
      return;
    }
    socket._unrefTimer();
    connectTo(socket, destination, /** @type {string} */ (address), /** @type {4 | 6} */ (family));
  });
}

/**
 * @param {RustSocket} socket
 * @param {ConnectOptions} options
 * @param {Destination} destination
 * @param {ReturnType<typeof lookupOptions>} dnsOptions
 */
function lookupAll(socket, options, destination, dnsOptions) {
  const { host, port, localPort, attemptTimeoutMs } = destination;
  const lookup = lookupOf(options);
  lookup(host, { ...dnsOptions, all: true }, (failure, answer) => {
    if (!socket.connecting) return;
    if (failure) {
      socket.emit('lookup', failure, undefined, undefined, host);
      destroySoon(socket, failure);
      return;
    }
    // Lookups that know nothing of `all` answer with one string: no address, as net says of it.
    const addresses = Array.from(/** @type {Found[]} */ (answer));
    for (const { address, family } of addresses) {
      socket.emit('lookup', failure, address, family, host);
      if (!socket.connecting) return;
    }
    const usable = addresses.filter(({ address, family }) => net.isIP(address) && (family === 4 || family === 6));
    if (usable.length === 0) {
      const { address, family } = addresses[0];
      const error = addressError(address, family, options);
      if (error !== null) destroySoon(socket, error);
      return;
    }
    socket._unrefTimer();
    const order = interleaveFamilies(usable);
    if (order.length === 1) {
      connectTo(socket, destination, order[0].address, order[0].family);
      return;
    }
    const targets = order.map(({ address, family }) => ({ address, port, addressType: family, localPort }));
    new MultipleAttempt(socket, targets, attemptTimeoutMs).begin();
  });
}

const connectMethods = {
  /**
   * @this {RustSocket}
   * @param {...unknown} args `(options[, listener])`, `(path[, listener])` or `(port[, host][, listener])`
   */
  connect(...args) {
    const [options, listener] = isNormalized(args[0]) ? args[0] : normalizeArgs(args);
    const { path } = options;
    const state = this[kState];
    if (clientSocketChannel.hasSubscribers) clientSocketChannel.publish({ socket: this });
    if (listener !== null) this.once('connect', listener);
    if (this._parent?.connecting) return this;
    if (options.port === undefined && path == null) throw netError('ERR_MISSING_ARGS');
    if (this.destroyed) {
      this._peername = null;
      this._sockname = null;
    }
    // An adopted bound socket has its kind already.
    const isPath = state.bound && state.stream !== null ? state.stream.kind === 'pipe' : Boolean(path);
    const errno = state.stream === null ? openStream(this, isPath ? 'pipe' : 'tcp') : 0;
    state.begun = true;
    this._unrefTimer();
    this.connecting = true;
    if (errno < 0) {
      const { host = 'localhost', port = 0 } = options;
      const error = isPath
        ? endpointError(errno, 'connect', path)
        : startError(this, errno, { address: host, port: port | 0 });
      destroySoon(this, error);
    } else if (isPath) {
      validateString(path, 'options.path');
      if (!hasPaths()) {
        destroySoon(this, netError('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'connecting to a named pipe'));
        return this;
      }
      new SingleAttempt(this, { address: /** @type {string} */ (path) }).begin();
    } else {
      connectToHost(this, options);
    }
    return this;
  },
};

module.exports = { connectMethods };
