'use strict';

/** An attempt to connect to one address, or to a path; and the steps of which every attempt is made. */

const { isIP } = require('node:net');

const { publishOpened } = require('../contract/channels');
const { kState } = require('../contract/record');
const { netError } = require('../errors/net');
const { EADDRINUSE, EALREADY, EINVAL, endpointError } = require('../errors/system');
const { AsyncCallback } = require('../node/async-callback');
const { checkBind, networkRefusal } = require('../node/permission');
const { applyKernelOptions, applyOptions } = require('./options');

/** @import { NativeStream } from '../native/stream' */
/** @import { Refusal } from '../node/permission' */
/** @import { RustSocket } from './socket' */

const MAX_PORT = 0xffff;

/** The local address of a socket that was given a local port only. */
const ANY_ADDRESS = Object.freeze({ 4: '0.0.0.0', 6: '::' });

/**
 * @typedef {object} Target
 * @property {string} address an IP address, or a path
 * @property {number} [port] left out for a path
 * @property {4 | 6} [addressType] left out for a path
 * @property {string} [localAddress]
 * @property {number} [localPort]
 */

/**
 * @param {NativeStream} stream
 * @param {string} localAddress
 * @param {Target} target
 * @returns {number} an errno, or 0
 */
function bindLocal(stream, localAddress, { localPort, addressType }) {
  checkBind();
  if (isIP(localAddress) !== addressType) return EINVAL;
  // What is no port is cut down to one, as libuv does; then it is not the port that was asked for.
  const errno = stream.bind(localAddress, (localPort ?? 0) & MAX_PORT, 0);
  if (errno < 0 || !(Number(localPort) > 0)) return errno;
  // The kernel may say only now that the port was taken, or have given another one.
  const bound = stream.localAddress();
  if (typeof bound === 'number') return bound;
  return bound.port === localPort ? 0 : EADDRINUSE;
}

/**
 * @param {NativeStream} stream
 * @param {Target} target
 * @returns {number | Refusal} 0: under way; otherwise an errno, or the refusal of the permission model
 */
function start(stream, { address, port, addressType }) {
  const refusal = networkRefusal(address);
  if (refusal !== null) return refusal;
  return addressType === undefined
    ? stream.connectPath(address)
    : stream.connect(address, /** @type {number} */ (port));
}

/**
 * The connection could not even be begun.
 *
 * @param {RustSocket} socket
 * @param {number | Refusal} failure
 * @param {Target} target
 */
function startError(socket, failure, { address, port }) {
  const local = socket._getsockname();
  return endpointError(failure, 'connect', address, port, `${local.address}:${local.port}`);
}

/**
 * @param {number} status
 * @param {Target} target
 */
function connectError(status, { address, port, localAddress, localPort }) {
  if (!localAddress || !localPort) return endpointError(status, 'connect', address, port);
  const error = endpointError(status, 'connect', address, port, `${localAddress}:${localPort}`);
  return Object.assign(error, { localAddress, localPort });
}

/** @param {RustSocket} socket */
function connected(socket) {
  const state = socket[kState];
  socket.connecting = false;
  socket._sockname = null;
  socket._unrefTimer();
  applyOptions(socket);
  if (state.hasKernelOptions) applyKernelOptions(state);
  // Ended before it was connected, it had none then.
  if (state.ending !== undefined) state.ending.addresses = state.addressesOf(socket);
  publishOpened(socket);
  socket.emit('connect');
  socket.emit('ready');
  // The first read gets data flowing, or an end that is there already.
  if (state.stream !== null && !socket.isPaused()) socket.read(0);
}

class SingleAttempt {
  #socket;
  #target;
  /** The answer belongs to where the attempt was begun, which a lookup may have called from anywhere. @type {InstanceType<typeof AsyncCallback> | null} */
  #request = null;

  /**
   * @param {RustSocket} socket
   * @param {Target} target
   */
  constructor(socket, target) {
    this.#socket = socket;
    this.#target = target;
  }

  begin() {
    const socket = this.#socket;
    const state = socket[kState];
    const target = this.#target;
    const { address, port, addressType } = target;
    if (addressType !== undefined && (target.localAddress || target.localPort)) {
      target.localAddress ||= ANY_ADDRESS[addressType];
      const errno = bindLocal(/** @type {NativeStream} */ (state.stream), target.localAddress, target);
      if (errno < 0) {
        socket.destroy(endpointError(errno, 'bind', target.localAddress, target.localPort));
        return;
      }
    }
    socket.emit('connectionAttempt', address, port, addressType);
    if (addressType !== undefined && socket.blockList?.check(address, `ipv${addressType}`)) {
      socket.destroy(netError('ERR_IP_BLOCKED', address));
      return;
    }
    // A listener may have destroyed the socket.
    if (state.stream === null) return;
    const isUnderWay = state.attempt !== null && addressType !== undefined;
    const failure = isUnderWay ? EALREADY : start(state.stream, target);
    if (failure !== 0) {
      socket.destroy(startError(socket, failure, target));
      return;
    }
    if (addressType === undefined) state.peerPath = address;
    const type = addressType === undefined ? 'PIPECONNECTWRAP' : 'TCPCONNECTWRAP';
    this.#request = new AsyncCallback(type, (status) => this.#settle(status));
    state.attempt = this;
  }

  /** @param {number} status */
  complete(status) {
    this.#request?.call(status);
  }

  /** @param {number} status */
  #settle(status) {
    const socket = this.#socket;
    socket[kState].attempt = null;
    if (socket.destroyed) return;
    if (status === 0) {
      connected(socket);
      return;
    }
    socket.connecting = false;
    socket._sockname = null;
    const { address, port, addressType } = this.#target;
    const error = connectError(status, this.#target);
    socket.emit('connectionAttemptFailed', address, port, addressType, error);
    socket.destroy(error);
  }

  cancel() {}
}

module.exports = { ANY_ADDRESS, SingleAttempt, bindLocal, connectError, connected, start, startError };
