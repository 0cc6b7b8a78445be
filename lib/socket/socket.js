'use strict';

/**
 * `net.Socket`, backed by Rust. A function constructor, as in `net`: callable without `new`, and a base for
 * `util.inherits` as well as for `class … extends`.
 *
 *     our Socket.prototype ──► net.Socket.prototype ──► Duplex.prototype
 *
 * so that `instanceof net.Socket` holds. Everything that `net.Socket.prototype` has of its own is overridden here, and
 * nothing of it is ever called; the methods live in the files that are put together at the end of this one.
 */

const { addAbortListener } = require('node:events');
const net = require('node:net');
const { Duplex } = require('node:stream');

const { kState, tellReferenced } = require('../contract/record');
const { invalidArgValue } = require('../errors/argument');
const { validateAbortSignal, validateBlockList, validateInt32, validateNumber } = require('../errors/validate');
const { kOnConnect } = require('../native/events');
const { nextTick } = require('../node/clock');
const { BoundSocket, takeBound } = require('./bound-socket');
const { closingMethods } = require('./close');
const { connectMethods } = require('./connect');
const { writeTimeoutMethods } = require('./deadlines');
const { flush } = require('./gather');
const { addressMethods, socketGetters } = require('./getters');
const { adopt, openDescriptor, openHandle } = require('./open');
const { MAX_TYPE_OF_SERVICE, optionMethods, pickDeliveryOptions, setDeliveryOptions, toSeconds } = require('./options');
const { readingMethods, useUserBuffer } = require('./read');
const { SocketState } = require('./state');
const { timeoutMethods } = require('./timeout');
const { writingMethods } = require('./writable');
const { writeMethods } = require('./write');

/** @import { Owner } from '../native/events' */
/** @import { NativeStream } from '../native/stream' */
/** @import { RustServer } from '../server/server' */
/** @import { ConnectOptions, Normalized } from './args' */
/** @import { OnRead } from './read' */

/**
 * A socket of ours as its own methods see it. Names with an underscore are those of `net`, on which Node's own code and
 * programs rely.
 *
 * @typedef {import('../../types/socket').Socket & Owner & {
 *   [kState]: State,
 *   connecting: boolean,
 *   readableFlowing: boolean | null,
 *   timeout?: number,
 *   server: RustServer | null,
 *   blockList?: import('node:net').BlockList,
 *   autoSelectFamilyAttemptedAddresses: string[],
 *   _hadError: boolean,
 *   _host: string | null,
 *   _parent: RustSocket | null,
 *   _peername?: PartialAddress | null,
 *   _sockname: PartialAddress | null,
 *   _pendingData: Data | null,
 *   _pendingEncoding: BufferEncoding | '',
 *   _server: RustServer | null,
 *   connect(options: Normalized | ConnectOptions): RustSocket,
 *   _getpeername(): PartialAddress,
 *   _getsockname(): PartialAddress,
 *   writableBuffer?: Entry[],
 *   _onTimeout(): void,
 *   _reset(): RustSocket,
 *   _unrefTimer(): void,
 *   _final(callback: WriteCallback): unknown,
 *   _writeGeneric(isVector: boolean, data: Data, encoding: BufferEncoding | '', callback: WriteCallback): unknown,
 * }} RustSocket
 *
 * @typedef {import('node:stream').DuplexOptions & import('../../types/socket').SocketOptions & {
 *   allowHalfOpen?: boolean,
 *   blockList?: import('node:net').BlockList,
 *   defaultEncoding?: BufferEncoding,
 *   fd?: number,
 *   handle?: unknown,
 *   keepAlive?: boolean,
 *   keepAliveInitialDelay?: number,
 *   manualStart?: boolean,
 *   noDelay?: boolean,
 *   onread?: OnRead,
 *   pauseOnCreate?: boolean,
 *   readable?: boolean,
 *   timeout?: number,
 *   typeOfService?: number,
 * }} SocketOptions what a program may give is checked
 *
 * @typedef {import('./state').SocketState} State
 * @typedef {Partial<import('../native/stream').Address>} PartialAddress
 * @typedef {(error?: Error | null) => void} WriteCallback
 * @typedef {{ chunk: string | Uint8Array, encoding: BufferEncoding }} Entry of the queue of a Writable
 * @typedef {string | Uint8Array | Entry[]} Data of one write, or of several
 */

/**
 * @param {SocketOptions | undefined} options as the constructor got them
 */
function validateOptions(options) {
  for (const mode of /** @type {const} */ (['objectMode', 'readableObjectMode', 'writableObjectMode'])) {
    if (options?.[mode]) throw invalidArgValue(`options.${mode}`, options[mode], 'is not supported');
  }
  if (options?.keepAliveInitialDelay === undefined) return;
  validateNumber(options.keepAliveInitialDelay, 'options.keepAliveInitialDelay');
  if (options.keepAliveInitialDelay < 0) options.keepAliveInitialDelay = 0;
}

/**
 * Takes over a connection, or the local end of one, that is there already.
 *
 * @param {RustSocket} socket
 * @param {SocketOptions} options
 * @returns {boolean} whether bytes may come
 */
function adoptExisting(socket, options) {
  const state = socket[kState];
  if (options.handle instanceof BoundSocket) {
    const { stream, path } = takeBound(options.handle);
    adopt(socket, stream);
    state.bound = true;
    state.boundPath = path;
    return false;
  }
  if (options.handle) openHandle(socket, options.handle);
  else if (options.fd !== undefined) openDescriptor(socket, options.fd);
  else return false;
  state.begun = true;
  return true;
}

/**
 * @param {RustSocket} socket
 * @param {SocketOptions} options
 */
function beginReading(socket, options) {
  if (options.readable === false) return;
  if (options.pauseOnCreate) socket.readableFlowing = false;
  else if (!options.manualStart) socket.read(0);
}

/**
 * The Duplex destroys the socket on abort; attempts to connect must stop by themselves.
 *
 * @param {RustSocket} socket
 * @param {AbortSignal} signal
 */
function stopAttemptsOnAbort(socket, signal) {
  validateAbortSignal(signal, 'options.signal');
  const stop = () => {
    socket[kState].aborted = true;
  };
  nextTick(() => (signal.aborted ? stop() : addAbortListener(signal, stop)));
}

/** @this {RustSocket} */
function onReadableEnd() {
  const state = this[kState];
  // What comes after the end of a stream is not data any more.
  state.reading = true;
  // Next, the Duplex ends our side if it may not stay half open. Whoever wraps the socket does that in its own time.
  if (state.isWrapped) this.allowHalfOpen = true;
}

/** What a server gives to the sockets that it accepts: checked, and in the form that the Duplex wants. */
class AcceptedOptions {
  #isMadeHere = true;
  emitClose = false;
  autoDestroy = true;
  decodeStrings = false;

  /**
   * @param {NativeStream} handle the native stream
   * @param {RustServer} server
   * @param {boolean} gather
   */
  constructor(handle, { allowHalfOpen, pauseOnConnect, highWaterMark }, gather) {
    this.handle = handle;
    this.allowHalfOpen = Boolean(allowHalfOpen);
    this.pauseOnCreate = pauseOnConnect;
    this.readableHighWaterMark = highWaterMark;
    this.writableHighWaterMark = highWaterMark;
    this.gather = gather;
  }

  /**
   * @param {unknown} options perhaps a Proxy, whose traps hear of `instanceof`
   * @returns {options is AcceptedOptions}
   */
  static has(options) {
    return typeof options === 'object' && options !== null && #isMadeHere in options;
  }
}

/**
 * @param {SocketOptions | number | undefined} options as the constructor got them
 * @returns {SocketOptions} a copy in the form that the Duplex wants
 */
function toSettings(options) {
  if (typeof options !== 'number') validateOptions(options);
  /** @type {SocketOptions} */
  const settings = typeof options === 'number' ? { fd: options } : { ...options };
  settings.allowHalfOpen = Boolean(settings.allowHalfOpen);
  settings.emitClose = false;
  settings.autoDestroy = true;
  settings.decodeStrings = false;
  return settings;
}

/**
 * @param {RustSocket} socket
 * @param {SocketOptions | AcceptedOptions | number | undefined} options as the constructor got them
 */
function initialize(socket, options) {
  const isAccepted = AcceptedOptions.has(options);
  /** @type {SocketOptions} */
  const settings = isAccepted ? options : toSettings(options);

  socket.connecting = false;
  socket._hadError = false;
  socket._parent = null;
  socket._host = null;
  const state = /** @type {State} */ (new SocketState());
  socket[kState] = state;

  Duplex.call(socket, settings);

  if (settings.defaultEncoding) state.defaultEncoding = settings.defaultEncoding;
  if (settings.gather === false) state.gathers = false;
  if (typeof socket._construct === 'function') state.direct = false;
  socket._sockname = null;
  socket._pendingData = null;
  socket._pendingEncoding = '';
  if (settings.onread) useUserBuffer(socket, settings.onread);
  const isConnected = adoptExisting(socket, settings);

  if (settings.noDelay) state.noDelay = true;
  if (settings.keepAlive) state.keepAlive = true;
  if (settings.keepAliveInitialDelay) state.keepAliveInitialDelay = toSeconds(settings.keepAliveInitialDelay);
  if (settings.typeOfService !== undefined) {
    validateInt32(settings.typeOfService, 'options.typeOfService', 0, MAX_TYPE_OF_SERVICE);
    state.typeOfService = settings.typeOfService;
  }

  if (options && !isAccepted) {
    const deliveryOptions = pickDeliveryOptions(settings);
    if (deliveryOptions !== null) setDeliveryOptions(socket, deliveryOptions);
  }

  socket.on('end', onReadableEnd);
  if (isConnected) beginReading(socket, settings);
  if (settings.signal) stopAttemptsOnAbort(socket, settings.signal);

  socket.server = null;
  socket._server = null;
  if (settings.blockList) {
    validateBlockList(settings.blockList, 'options.blockList');
    socket.blockList = settings.blockList;
  }
}

/**
 * @this {RustSocket}
 * @param {SocketOptions | AcceptedOptions | number} [options] those of `net.Socket`, or a descriptor
 * @returns {RustSocket}
 */
function Socket(options) {
  if (!(this instanceof Socket)) return Reflect.construct(Socket, [options]);
  initialize(this, options);
  return this;
}

Object.setPrototypeOf(Socket, net.Socket);
Object.setPrototypeOf(Socket.prototype, net.Socket.prototype);

Object.assign(
  Socket.prototype,
  addressMethods,
  closingMethods,
  connectMethods,
  optionMethods,
  readingMethods,
  timeoutMethods,
  writeMethods,
  writeTimeoutMethods,
  writingMethods,
  {
    /**
     * @this {RustSocket}
     * @param {number} status
     */
    [kOnConnect](status) {
      this[kState].attempt?.complete(status);
    },

    /** @this {RustSocket} */
    ref() {
      const { stream } = this[kState];
      if (stream === null) this.once('connect', this.ref);
      else stream.ref();
      tellReferenced(this[kState]);
      return this;
    },

    /** @this {RustSocket} */
    unref() {
      const { stream } = this[kState];
      if (this[kState].batch !== null) flush(this);
      if (stream === null) this.once('connect', this.unref);
      else stream.unref();
      tellReferenced(this[kState]);
      return this;
    },
  },
);
Object.defineProperties(Socket.prototype, socketGetters);

module.exports = {
  AcceptedOptions,
  Socket: /** @type {new (...args: Parameters<typeof Socket>) => RustSocket} */ (/** @type {unknown} */ (Socket)),
};
