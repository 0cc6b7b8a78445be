'use strict';

/** `net.Server`, backed by Rust. A function constructor, as in `net`; see `socket.js`. */

const EventEmitter = require('node:events');
const net = require('node:net');
const { getDefaultHighWaterMark } = require('node:stream');
const { promisify } = require('node:util');

const { publishOpened } = require('../contract/channels');
const { invalidArgType } = require('../errors/argument');
const { netError } = require('../errors/net');
const { errnoError } = require('../errors/system');
const { validateBlockList, validateNumber } = require('../errors/validate');
const { Stream, eventLoop } = require('../native/addon');
const { kAccept, kOnClose, kOnConnection } = require('../native/events');
const { nextTick } = require('../node/clock');
const { zeroConnectionsIsNoLimit } = require('../node/versions');
const { pickDeliveryOptions, setDeliveryOptions, toSeconds } = require('../socket/options');
const { AcceptedOptions, Socket } = require('../socket/socket');
const { announceSocket } = require('./channels');
const { listenMethods } = require('./listen');
const { kListener } = require('./listener');

/** @import { Owner } from '../native/events' */
/** @import { NativeListener } from '../native/listener' */
/** @import { NativeStream } from '../native/stream' */
/** @import { DeliveryOptions } from '../socket/options' */
/** @import { PartialAddress, RustSocket } from '../socket/socket' */

const kDeliveryOptions = Symbol('safe-socket.deliveryOptions');
/** The `gather` option of the sockets that are accepted. */
const kGather = Symbol('safe-socket.gather');

/**
 * A server of ours as its own methods see it. Names with an underscore are those of `net`.
 *
 * @typedef {import('../../types/server').Server & Owner & {
 *   [kListener]: NativeListener | null,
 *   [kDeliveryOptions]: DeliveryOptions | null,
 *   [kGather]: boolean,
 *   allowHalfOpen: boolean,
 *   pauseOnConnect: boolean,
 *   noDelay: boolean,
 *   keepAlive: boolean,
 *   keepAliveInitialDelay: number,
 *   highWaterMark: number,
 *   blockList?: import('node:net').BlockList,
 *   _connections: number,
 *   _connectionKey?: string,
 *   _listeningId: number,
 *   _pipeName?: string,
 *   _unref: boolean,
 *   _usingWorkers: boolean,
 *   _workers: unknown[],
 *   _emitCloseIfDrained(): void,
 *   listen(...args: unknown[]): RustServer,
 *   _listen2(
 *     address: string | null,
 *     port: number | null,
 *     addressType: number | null,
 *     backlog: number | false,
 *     fd?: number,
 *     flags?: number,
 *   ): void,
 * }} RustServer
 *
 * @typedef {import('../../types/server').ServerOpts} ServerOptions
 * @typedef {(socket: RustSocket) => void} ConnectionListener
 */

/**
 * @param {RustServer} server
 * @param {ServerOptions | ConnectionListener | null | undefined} options
 * @param {ConnectionListener} [connectionListener]
 */
function initialize(server, options, connectionListener) {
  EventEmitter.call(server);

  let settings;
  if (typeof options === 'function') {
    settings = {};
    server.on('connection', options);
  } else if (options == null || typeof options === 'object') {
    settings = { ...options };
    if (typeof connectionListener === 'function') server.on('connection', connectionListener);
  } else {
    throw invalidArgType('options', 'Object', options);
  }
  if (settings.keepAliveInitialDelay !== undefined) {
    validateNumber(settings.keepAliveInitialDelay, 'options.keepAliveInitialDelay');
  }
  if (settings.highWaterMark !== undefined) validateNumber(settings.highWaterMark, 'options.highWaterMark');

  server._connections = 0;
  server[kListener] = null;
  server._usingWorkers = false;
  server._workers = [];
  server._unref = false;
  server._listeningId = 1;

  server[kDeliveryOptions] = pickDeliveryOptions(settings);
  server.allowHalfOpen = settings.allowHalfOpen || false;
  server.pauseOnConnect = Boolean(settings.pauseOnConnect);
  server[kGather] = settings.gather !== false;
  server.noDelay = Boolean(settings.noDelay);
  server.keepAlive = Boolean(settings.keepAlive);
  server.keepAliveInitialDelay = Math.max(toSeconds(settings.keepAliveInitialDelay), 0);
  const { highWaterMark = -1 } = settings;
  server.highWaterMark = highWaterMark >= 0 ? highWaterMark : getDefaultHighWaterMark(false);
  if (settings.blockList) {
    validateBlockList(settings.blockList, 'options.blockList');
    server.blockList = settings.blockList;
  }
}

/**
 * @this {RustServer}
 * @param {ServerOptions | ConnectionListener | null} [options]
 * @param {ConnectionListener} [connectionListener]
 * @returns {RustServer}
 */
function Server(options, connectionListener) {
  if (!(this instanceof Server)) return Reflect.construct(Server, [options, connectionListener]);
  initialize(this, options, connectionListener);
  return this;
}

/**
 * @param {NativeStream} stream
 * @param {'local' | 'remote'} side
 * @returns {Record<string, unknown>} the address under the names of the `'drop'` event
 */
function describeSide(stream, side) {
  const address = side === 'local' ? stream.localAddress() : stream.remoteAddress();
  /** @type {PartialAddress} */
  const known = typeof address === 'number' ? {} : address;
  return { [`${side}Address`]: known.address, [`${side}Port`]: known.port, [`${side}Family`]: known.family };
}

/**
 * @param {RustServer} server
 * @returns {boolean}
 */
function isFull({ maxConnections, _connections }) {
  if (maxConnections == null || (maxConnections === 0 && zeroConnectionsIsNoLimit)) return false;
  return _connections >= maxConnections;
}

/**
 * @param {RustServer} server
 * @param {NativeStream} stream
 * @returns {boolean}
 */
function isBlocked({ blockList }, stream) {
  if (!blockList || stream.kind !== 'tcp') return false;
  const remote = stream.remoteAddress();
  if (typeof remote === 'number') return false;
  const family = /** @type {0 | 4 | 6} */ (net.isIP(remote.address));
  return family !== 0 && blockList.check(remote.address, `ipv${family}`);
}

/** @param {RustServer} server */
function emitClose(server) {
  server.emit('close');
}

const serverMethods = {
  ...listenMethods,

  /**
   * @this {RustServer}
   * @param {number} id of the stream
   */
  [kAccept](id) {
    return new Stream(eventLoop(), /** @type {NativeListener} */ (this[kListener]).kind, id);
  },

  /**
   * @this {RustServer}
   * @param {NativeStream} stream
   */
  [kOnConnection](stream) {
    if (isFull(this)) {
      if (stream.kind === 'tcp') {
        const data = Object.assign(Object.create(null), describeSide(stream, 'local'), describeSide(stream, 'remote'));
        this.emit('drop', data);
      } else {
        this.emit('drop');
      }
      stream.close();
      return;
    }
    if (isBlocked(this, stream)) {
      stream.close();
      return;
    }
    const socket = new Socket(new AcceptedOptions(stream, this, this[kGather]));
    if (this[kDeliveryOptions] !== null) setDeliveryOptions(socket, this[kDeliveryOptions]);
    if (this.noDelay) socket.setNoDelay(true);
    if (this.keepAlive) {
      const { keepAliveInterval, keepAliveCount } = this[kDeliveryOptions] ?? {};
      socket.setKeepAlive(true, this.keepAliveInitialDelay * 1000, keepAliveInterval, keepAliveCount);
    }
    this._connections += 1;
    socket.server = this;
    socket._server = this;
    publishOpened(socket);
    this.emit('connection', socket);
    announceSocket(socket);
  },

  /** The listener has closed. `'close'` waits for the connections, not for it. */
  [kOnClose]() {},

  /** @this {RustServer} */
  address() {
    const listener = this[kListener];
    if (listener?.kind === 'tcp') {
      const address = listener.address();
      if (typeof address === 'number') throw errnoError(address, 'address');
      return address;
    }
    return this._pipeName || null;
  },

  /**
   * @this {RustServer}
   * @param {(error: Error | null, count: number) => void} callback
   */
  getConnections(callback) {
    nextTick(callback, null, this._connections);
    return this;
  },

  /**
   * @this {RustServer}
   * @param {(error?: Error) => void} [callback]
   */
  close(callback) {
    const listener = this[kListener];
    this._listeningId += 1;
    if (typeof callback === 'function') {
      if (listener === null) this.once('close', () => callback(netError('ERR_SERVER_NOT_RUNNING')));
      else this.once('close', callback);
    }
    if (listener !== null) {
      listener.close();
      this[kListener] = null;
    }
    this._emitCloseIfDrained();
    return this;
  },

  /** @this {RustServer} */
  async [Symbol.asyncDispose]() {
    if (this[kListener] !== null) await promisify(this.close).call(this);
  },

  /** @this {RustServer} */
  _emitCloseIfDrained() {
    if (this[kListener] === null && this._connections === 0) nextTick(emitClose, this);
  },

  /** A server that was handed to a child process would count its connections there; ours cannot be handed over. */
  _setupWorker() {},

  /**
   * @this {RustServer}
   * @param {Error} error
   * @param {string} event
   * @param {RustSocket} socket
   */
  [EventEmitter.captureRejectionSymbol](error, event, socket) {
    if (event === 'connection') socket.destroy(error);
    else this.emit('error', error);
  },

  /** @this {RustServer} */
  ref() {
    this._unref = false;
    this[kListener]?.ref();
    return this;
  },

  /** @this {RustServer} */
  unref() {
    this._unref = true;
    this[kListener]?.unref();
    return this;
  },
};

Object.setPrototypeOf(Server, net.Server);
Object.setPrototypeOf(Server.prototype, net.Server.prototype);
Object.assign(Server.prototype, serverMethods);
Object.defineProperties(Server.prototype, {
  listening: {
    configurable: true,
    enumerable: true,
    /** @this {RustServer} */
    get() {
      return Boolean(this[kListener]);
    },
  },
  // Programs ask it whether the server listens; Node has its C++ object there.
  _handle: {
    configurable: true,
    /** @this {RustServer} */
    get() {
      return this[kListener] ?? null;
    },
    set() {},
  },
});

/**
 * @param {ServerOptions | ConnectionListener | null} [options]
 * @param {ConnectionListener} [connectionListener]
 * @returns {RustServer}
 */
function createServer(options, connectionListener) {
  return Reflect.construct(Server, [options, connectionListener]);
}

module.exports = {
  Server: /** @type {new (...args: Parameters<typeof Server>) => RustServer} */ (/** @type {unknown} */ (Server)),
  createServer,
};
