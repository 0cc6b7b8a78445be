'use strict';

/** `server.listen()`: binding happens at once, so that `address()` can be read in the same tick; errors are events. */

const { addAbortListener } = require('node:events');

const { invalidArgValue } = require('../errors/argument');
const { netError } = require('../errors/net');
const { errnoError, listenError } = require('../errors/system');
const { validateAbortSignal, validatePort } = require('../errors/validate');
const { Listener, eventLoop } = require('../native/addon');
const { IPV6_ONLY, REUSE_PORT } = require('../native/stream');
const { nextTick } = require('../node/clock');
const { addsPathModes, hasPaths } = require('../node/versions');
const { isPath, normalizeArgs, toNumber } = require('../socket/args');
const { BoundSocket, takeBound } = require('../socket/bound-socket');
const { endListen, failListen, startListen } = require('./channels');
const { NO_PORT, createListenerAnywhere, kListener } = require('./listener');

/** @import { ListenOptions } from '../socket/args' */
/** @import { RustServer } from './server' */

/** The kernel rounds it up to 512, the next power of two. */
const DEFAULT_BACKLOG = 511;

/** Modes of the native `chmod()`. */
const READABLE_BY_ALL = 1;
const WRITABLE_BY_ALL = 2;
const KEPT = addsPathModes ? 4 : 0;

/** The first ten bits of a link-local IPv6 address are those of `fe80`. */
const LINK_LOCAL = /^fe[89ab][0-9a-f]:/i;

/** The names by which async_hooks knows Node's own handles. */
const RESOURCE_TYPES = { tcp: 'TCPSERVERWRAP', pipe: 'PIPESERVERWRAP' };

/** @typedef {import('./listener').Endpoint} Endpoint */

/**
 * @param {RustServer} server
 * @param {Error} error
 */
function failSoon(server, error) {
  failListen(server, error);
  nextTick(() => server.emit('error', error));
}

/** @param {RustServer} server */
function emitListening(server) {
  // It may have been closed in the same tick.
  if (server.listening) server.emit('listening');
}

/**
 * In a cluster worker, the port is shared with the other workers by the kernel instead of the primary.
 *
 * @param {RustServer} server
 * @param {Endpoint} endpoint
 * @param {number | false} backlog
 * @param {boolean} [exclusive]
 */
function listenInCluster(server, endpoint, backlog, exclusive = false) {
  // Here, and not above: with it come child processes and datagrams.
  const cluster = require('node:cluster');
  let { flags = 0 } = endpoint;
  if (cluster.isWorker && !exclusive && typeof endpoint.fd !== 'number') {
    if (endpoint.port === NO_PORT || endpoint.port === 0) {
      failSoon(server, netError('ERR_SAFE_SOCKET_CLUSTER', endpoint.port === 0 ? 'port 0' : endpoint.address));
      return;
    }
    flags |= REUSE_PORT;
  }
  if (cluster.isWorker) closeOnDisconnect(server, cluster.worker);
  server._listen2(endpoint.address, endpoint.port, endpoint.addressType, backlog, endpoint.fd, flags);
}

/**
 * A worker that is disconnected from its primary stops to listen, so that it can exit.
 *
 * @param {RustServer} server
 * @param {import('node:cluster').Worker | undefined} worker
 */
function closeOnDisconnect(server, worker) {
  const close = () => server.close();
  worker?.once('disconnect', close);
  server.once('close', () => worker?.off('disconnect', close));
}

/**
 * @param {RustServer} server
 * @param {AbortSignal | undefined} signal
 */
function closeOnAbort(server, signal) {
  if (signal === undefined) return;
  validateAbortSignal(signal, 'options.signal');
  const close = () => server.close();
  if (signal.aborted) {
    nextTick(close);
    return;
  }
  const disposable = addAbortListener(signal, close);
  server.once('close', () => disposable[Symbol.dispose]());
}

/**
 * @param {RustServer} server
 * @param {Endpoint} endpoint
 * @param {number | false} backlog
 * @param {boolean | undefined} exclusive
 */
function lookupAndListen(server, endpoint, backlog, exclusive) {
  const id = server._listeningId;
  require('node:dns').lookup(/** @type {string} */ (endpoint.address), { all: true }, (error, addresses) => {
    // Closed meanwhile, or told to listen elsewhere.
    if (id !== server._listeningId) return;
    if (error) {
      server.emit('error', error);
      return;
    }
    const { address, family } = addresses.find((found) => !LINK_LOCAL.test(found.address)) ?? addresses[0];
    listenInCluster(server, { ...endpoint, address, addressType: family || 4 }, backlog, exclusive);
  });
}

/**
 * @param {RustServer} server
 * @param {string} path
 * @param {ListenOptions} options
 * @param {number | false} backlog
 */
function listenOnPath(server, path, options, backlog) {
  if (path[0] === '\0' && (options.readableAll || options.writableAll)) {
    const reason = 'can not set readableAll or writableAllt to true when path is abstract unix socket';
    throw invalidArgValue('options', options, reason);
  }
  if (!hasPaths()) {
    failSoon(server, netError('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'listening on a named pipe'));
    return;
  }
  server._pipeName = path;
  const endpoint = { address: path, port: NO_PORT, addressType: NO_PORT };
  listenInCluster(server, endpoint, options.backlog || backlog, options.exclusive);
  const listener = server[kListener];
  const mode =
    (options.readableAll === true ? READABLE_BY_ALL : 0) | (options.writableAll === true ? WRITABLE_BY_ALL : 0);
  if (listener === null || mode === 0) return;
  const errno = listener.chmod(mode | KEPT);
  if (errno >= 0) return;
  listener.close();
  server[kListener] = null;
  throw errnoError(errno, 'uv_pipe_chmod');
}

/**
 * @param {RustServer} server
 * @param {InstanceType<typeof BoundSocket>} bound
 * @param {number | false} backlog
 */
function listenOnBound(server, bound, backlog) {
  const { stream, path } = takeBound(bound);
  const listener = new Listener(eventLoop(), stream.kind);
  const errno = listener.adopt(stream);
  if (errno < 0) throw errnoError(errno, 'listen');
  if (path !== undefined) server._pipeName = path;
  server[kListener] = listener;
  server._listeningId += 1;
  server._listen2(null, NO_PORT, NO_PORT, backlog, undefined);
}

/**
 * @param {unknown[]} args of `listen()`
 * @param {ListenOptions} options
 * @returns {boolean} whether any free port will do
 */
function isAnyPort(args, options) {
  if (args.length === 0 || typeof args[0] === 'function') return true;
  return options.port === null || (options.port === undefined && 'port' in options);
}

const listenMethods = {
  /**
   * @this {RustServer}
   * @param {...unknown} args `([port[, host[, backlog]]])`, `(path[, backlog])`, `(options)` or `(handle[, backlog])`, each with a listener
   */
  listen(...args) {
    const [given, listener] = normalizeArgs(args);
    if (this[kListener] !== null) throw netError('ERR_SERVER_ALREADY_LISTEN');
    startListen(this, given);
    if (listener !== null) this.once('listening', listener);
    const backlog = toNumber(args.length > 1 && args[1]) || toNumber(args.length > 2 && args[2]);

    const bound = [given, given.handle].find((candidate) => candidate instanceof BoundSocket);
    if (bound !== undefined) {
      listenOnBound(this, bound, backlog);
      return this;
    }
    const options = /** @type {ListenOptions} */ (given._handle || given.handle || given);
    this._listeningId += 1;
    if (options instanceof Listener) {
      this[kListener] = options;
      this._listen2(null, NO_PORT, NO_PORT, backlog, undefined);
      return this;
    }
    closeOnAbort(this, options.signal);
    if (typeof options.fd === 'number' && options.fd >= 0) {
      listenInCluster(this, { address: null, port: null, addressType: null, fd: options.fd }, backlog);
      return this;
    }
    if (isAnyPort(args, options)) options.port = 0;
    if (typeof options.port === 'number' || typeof options.port === 'string') {
      validatePort(options.port, 'options.port');
      if (options.reusePort === true) options.exclusive = true;
      const flags = (options.ipv6Only === true ? IPV6_ONLY : 0) | (options.reusePort === true ? REUSE_PORT : 0);
      const endpoint = { address: options.host || null, port: options.port | 0, addressType: 4, flags };
      if (options.host) lookupAndListen(this, endpoint, options.backlog || backlog, options.exclusive);
      else listenInCluster(this, endpoint, options.backlog || backlog, options.exclusive);
      return this;
    }
    if (options.path && isPath(options.path)) {
      listenOnPath(this, options.path, options, backlog);
      return this;
    }
    const isMissing = !('port' in options) && !('path' in options);
    throw invalidArgValue('options', options, isMissing ? 'must have the property "port" or "path"' : undefined);
  },

  /**
   * @this {RustServer}
   * @param {string | null} address
   * @param {number | null} port
   * @param {number | null} addressType
   * @param {number | false} backlog
   * @param {number} [fd]
   * @param {number} [flags]
   */
  _listen2(address, port, addressType, backlog, fd, flags) {
    const endpoint = { address, port, addressType, fd, flags };
    const listener = this[kListener] ?? createListenerAnywhere(endpoint);
    if (typeof listener === 'number') {
      failSoon(this, listenError(listener, 'listen', endpoint.address, port));
      return;
    }
    this[kListener] = listener;
    listener.attach(this, RESOURCE_TYPES[listener.kind]);
    const errno = listener.listen(Math.trunc(backlog || DEFAULT_BACKLOG) | 0);
    if (errno < 0) {
      listener.close();
      this[kListener] = null;
      failSoon(this, listenError(errno, 'listen', endpoint.address, port));
      return;
    }
    endListen(this);
    this._connectionKey = `${endpoint.addressType}:${endpoint.address}:${port}`;
    if (this._unref) this.unref();
    nextTick(emitListening, this);
  },
};

module.exports = { listenMethods };
