'use strict';

/** The native listener of a server: where the server keeps it, and how it is made from what `listen()` was asked for. */

const { EADDRINUSE, EINVAL } = require('../errors/system');
const { Listener, tryEventLoop } = require('../native/addon');
const { checkBind } = require('../node/permission');
const { kindOfFd } = require('../socket/open');

/** @import { NativeListener } from '../native/listener' */

/** Under this symbol a server keeps its native listener, from `listen()` to `close()`; otherwise null. */
const kListener = Symbol('safe-socket.listener');

/** Instead of a port and an address family: the address is a path. */
const NO_PORT = -1;

/**
 * @typedef {object} Endpoint
 * @property {string | null} address an IP address or a path; null is any address
 * @property {number | null} port
 * @property {number | null} addressType
 * @property {number} [fd] instead of an address
 * @property {number} [flags] of the native `bind()`
 */

/**
 * @param {NativeListener} listener
 * @param {Endpoint} endpoint
 * @returns {number} an errno, or 0
 */
function bind(listener, { address, port, flags = 0 }) {
  if (listener.kind === 'pipe') {
    checkBind(/** @type {string} */ (address));
    return listener.bindPath(/** @type {string} */ (address));
  }
  checkBind();
  return listener.bind(/** @type {string} */ (address), /** @type {number} */ (port), flags);
}

/**
 * @param {Endpoint} endpoint
 * @returns {NativeListener | number} a listener, or an errno
 */
function createListener(endpoint) {
  const loop = tryEventLoop();
  if (typeof loop === 'number') return loop;
  if (typeof endpoint.fd === 'number' && endpoint.fd >= 0) {
    let kind;
    try {
      kind = kindOfFd(endpoint.fd);
    } catch {
      return EINVAL;
    }
    const listener = new Listener(loop, kind);
    const errno = listener.open(endpoint.fd);
    if (errno === 0) return listener;
    listener.close();
    return errno;
  }
  const listener = new Listener(loop, endpoint.port === NO_PORT ? 'pipe' : 'tcp');
  const errno = bind(listener, endpoint);
  if (errno === 0) return listener;
  listener.close();
  return errno;
}

/**
 * Without an address, every one of IPv6 and IPv4 is meant; where there is no IPv6, every one of IPv4.
 *
 * @param {Endpoint} endpoint which learns what was bound
 * @returns {NativeListener | number} a listener, or an errno
 */
function createListenerAnywhere(endpoint) {
  if (endpoint.address || typeof endpoint.fd === 'number') return createListener(endpoint);
  endpoint.address = '::';
  endpoint.addressType = 6;
  const result = createListener(endpoint);
  if (typeof result !== 'number' || result === EADDRINUSE) return result;
  endpoint.address = '0.0.0.0';
  endpoint.addressType = 4;
  return createListener(endpoint);
}

module.exports = { NO_PORT, createListenerAnywhere, kListener: /** @type {typeof kListener} */ (kListener) };
