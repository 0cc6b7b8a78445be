'use strict';

/**
 * A local address taken in advance, to be adopted by one server (`listen`) or one socket (`new Socket({ handle })`).
 * Binding happens in the constructor and fails there; whoever is not adopted must be closed.
 */

const { isIP } = require('node:net');

const { invalidArgValue } = require('../errors/argument');
const { netError } = require('../errors/net');
const { endpointError, errnoError } = require('../errors/system');
const { validateBoolean, validateObject, validatePort, validateString } = require('../errors/validate');
const { Stream, eventLoop } = require('../native/addon');
const { IPV6_ONLY, REUSE_PORT } = require('../native/stream');
const { checkBind } = require('../node/permission');
const { hasPaths } = require('../node/versions');

/** @import { Address, NativeStream } from '../native/stream' */

/**
 * Takes the stream out of a bound socket; assigned by the class, which alone can.
 *
 * @type {(bound: BoundSocket) => { stream: NativeStream, path: string | undefined }}
 */
let takeBound;

class BoundSocket {
  /** Null when it was adopted or closed. @type {NativeStream | null} */
  #stream = null;
  /** Where it is no path. @type {Address | undefined} */
  #address;
  /** @type {string | undefined} */
  #path;

  static {
    takeBound = (bound) => ({ stream: bound.#take(), path: bound.#path });
  }

  /**
   * @param {{ host?: string, port?: number, ipv6Only?: boolean, reusePort?: boolean, path?: string }} [options]
   *   `path` excludes the others
   */
  constructor(options = {}) {
    validateObject(options, 'options');
    if (options.path === undefined) this.#bind(options);
    else this.#bindPath(/** @type {typeof options & { path: string }} */ (options));
  }

  /** @returns {Address | string} */
  address() {
    this.#mustBeOwned();
    return this.#path ?? /** @type {Address} */ (this.#address);
  }

  /** @returns {number} the descriptor, which stays ours */
  fd() {
    return this.#mustBeOwned().fd;
  }

  /** Gives the address back. */
  close() {
    this.#take().close();
  }

  /** @returns {boolean} whether it is a path that was bound */
  get isPipe() {
    return this.#path !== undefined;
  }

  [Symbol.dispose]() {
    if (this.#stream !== null) this.close();
  }

  /** @param {{ host?: string | null, port?: number, ipv6Only?: boolean, reusePort?: boolean }} options */
  #bind(options) {
    const port = validatePort(options.port ?? 0, 'options.port');
    const ipv6Only = options.ipv6Only ?? false;
    const reusePort = options.reusePort ?? false;
    validateBoolean(ipv6Only, 'options.ipv6Only');
    validateBoolean(reusePort, 'options.reusePort');
    const host = options.host ?? (ipv6Only ? '::' : '0.0.0.0');
    validateString(host, 'options.host');
    if (isIP(host) === 0) {
      const reason = 'must be a numeric IP address; net.BoundSocket does not perform DNS resolution';
      throw invalidArgValue('options.host', host, reason);
    }
    checkBind();
    const stream = new Stream(eventLoop(), 'tcp');
    const errno = stream.bind(host, port, (ipv6Only ? IPV6_ONLY : 0) | (reusePort ? REUSE_PORT : 0));
    const address = errno < 0 ? errno : stream.localAddress();
    if (typeof address === 'number') {
      stream.close();
      throw endpointError(address, 'bind', host, port);
    }
    this.#address = address;
    this.#stream = stream;
  }

  /** @param {{ path: string, host?: string, port?: number, ipv6Only?: boolean, reusePort?: boolean }} options */
  #bindPath(options) {
    const { path, host, port, ipv6Only, reusePort } = options;
    if ([host, port, ipv6Only, reusePort].some((option) => option !== undefined)) {
      const reason = 'path is mutually exclusive with host, port, ipv6Only, and reusePort';
      throw invalidArgValue('options', options, reason);
    }
    validateString(path, 'options.path');
    if (path[0] === '\0' && process.platform !== 'linux') {
      throw invalidArgValue('options.path', path, 'abstract socket paths are only supported on Linux');
    }
    if (!hasPaths()) throw netError('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'binding to a named pipe');
    checkBind(path);
    const stream = new Stream(eventLoop(), 'pipe');
    const errno = stream.bindPath(path);
    if (errno < 0) {
      stream.close();
      throw errnoError(errno, 'bind');
    }
    this.#path = path;
    this.#stream = stream;
  }

  /** @returns {NativeStream} */
  #mustBeOwned() {
    if (this.#stream === null) throw netError('ERR_SOCKET_HANDLE_ADOPTED');
    return this.#stream;
  }

  /** @returns {NativeStream} */
  #take() {
    const stream = this.#mustBeOwned();
    this.#stream = null;
    return stream;
  }
}

module.exports = { BoundSocket, takeBound };
