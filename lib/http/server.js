'use strict';

/**
 * `http.Server` over a server of ours. Node's own never listens itself: it is given each connection by its
 * `'connection'` event, which is documented for that, and everything that is asked of the listening half is asked of
 * the server below.
 */

const http = require('node:http');

const { netError } = require('../errors/net');
const { guardStream } = require('../guard/guard');
const net = require('../server/server');

/** @import { RustServer } from '../server/server' */

/**
 * @typedef {http.ServerOptions & import('../../types/socket').SocketOptions} ServerOptions
 * @typedef {'address' | 'close' | 'getConnections' | 'listen' | 'listening' | 'maxConnections' | 'ref' | 'unref'} Lower
 * @typedef {Omit<http.Server, Lower> & { close(): unknown }} Upper `http.Server`, less the half that listens
 */

/**
 * @template {new (...args: any[]) => http.ServerResponse} T
 * @param {T} Base `http.ServerResponse`, or what is asked for by the option of that name
 * @returns {T} the same, of which each is guarded from its first moment
 */
function guarded(Base) {
  return class ServerResponse extends Base {
    /** @param {any[]} args */
    constructor(...args) {
      super(...args);
      guardStream(this);
    }
  };
}

/**
 * @param {Upper} web
 * @param {ServerOptions} options
 * @returns {RustServer} what listens for it
 */
function createBelow(web, options) {
  const below = new net.Server({
    ...options,
    allowHalfOpen: true,
    noDelay: options.noDelay ?? true,
    pauseOnConnect: false,
  });
  for (const event of ['connection', 'drop', 'error', 'listening']) {
    below.on(event, (/** @type {unknown[]} */ ...args) => web.emit(event, ...args));
  }
  return below;
}

class Server extends /** @type {new (...args: unknown[]) => Upper} */ (/** @type {unknown} */ (http.Server)) {
  #below;

  /**
   * @param {ServerOptions | http.RequestListener} [options] those of `http.createServer()`, and those of our sockets
   * @param {http.RequestListener} [requestListener]
   */
  constructor(options, requestListener) {
    const isListener = typeof options === 'function';
    const settings = isListener ? {} : { ...options };
    super(
      { ...settings, ServerResponse: guarded(settings.ServerResponse ?? http.ServerResponse) },
      isListener ? options : requestListener,
    );
    this.#below = createBelow(this, settings);
    // Node's own half closes when the last connection is gone, with the timers that look after them.
    this.#below.on('close', () => super.close());
  }

  /** @param {unknown[]} args those of `net.Server` */
  listen(...args) {
    const last = args.at(-1);
    if (typeof last === 'function') args.pop();
    this.#below.listen(...args);
    if (typeof last === 'function') this.once('listening', /** @type {() => void} */ (last));
    return this;
  }

  /** @param {(error?: Error) => void} [callback] */
  close(callback) {
    if (typeof callback === 'function') {
      this.once('close', this.listening ? callback : () => callback(netError('ERR_SERVER_NOT_RUNNING')));
    }
    this.closeIdleConnections();
    this.#below.close();
    return this;
  }

  get listening() {
    return this.#below.listening;
  }

  address() {
    return this.#below.address();
  }

  /** @param {(error: Error | null, count: number) => void} callback */
  getConnections(callback) {
    this.#below.getConnections(callback);
    return this;
  }

  ref() {
    this.#below.ref();
    return this;
  }

  unref() {
    this.#below.unref();
    return this;
  }

  get maxConnections() {
    return this.#below.maxConnections;
  }

  set maxConnections(count) {
    this.#below.maxConnections = count;
  }
}

/**
 * @param {ServerOptions | http.RequestListener} [options]
 * @param {http.RequestListener} [requestListener]
 */
function createServer(options, requestListener) {
  return new Server(options, requestListener);
}

module.exports = { Server, createServer };
