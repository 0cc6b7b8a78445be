'use strict';

/**
 * `socket._handle`, where Node keeps the C++ object behind a socket.
 *
 * Of a socket of Node's, this file alone reads it, and only reads: a descriptor is used for one system call, on this
 * thread, before anything else can close it, and is never kept or duplicated.
 *
 * A socket of ours has none, and says so: then `tls`, `http` and `http2` use it through its JavaScript face. Two of them
 * are recognised when they ask, by the first frame of the stack:
 *
 * - Node's TLSSocket and Http2Session wrap a socket without a handle, and end it themselves. Such a socket must not end
 *   by itself on the peer's FIN, while they still have something to write; `isWrapped` says so.
 * - TLSSocket, having wrapped the socket, looks once more whether it has a handle, only to learn whether it is connected
 *   yet; told no, it would wait for a `'connect'` that was long ago (`TLSSocket._init`, Node 20 to 26). That one question
 *   gets a yes when the socket is connected.
 *
 * Beyond Node's documentation: the property, its `fd`, and the names of these three functions. Should one change, nothing
 * is known of the kernel's side of a socket of Node's (`delivered()` says that it has no descriptor, `tcpInfo()` gives
 * nothing), `tls.connect({ socket })` over a connected socket of ours waits for ever, and a socket under `tls` or `http2`
 * may end before they have said all.
 */

const { callerOf } = require('./stack');

/** @import { RustSocket } from '../socket/socket' */
/** @import { SocketState } from '../socket/state' */

const CONNECTED = Object.freeze({});

const ASKED_BY_WRAPPER = /^\s*at new (?:TLSSocket|Http2Session) \(node:/;
const ASKED_IF_CONNECTED = /^\s*at TLSSocket\._init \(node:/;

/**
 * @param {import('node:net').Socket & { _handle?: { fd?: unknown } | null }} socket one of Node's
 * @returns {number} -1 if there is none: not connected yet, closed, or no socket of the operating system
 */
function descriptorOf(socket) {
  const fd = socket._handle?.fd;
  return typeof fd === 'number' ? fd : -1;
}

/**
 * @param {(socket: RustSocket) => SocketState | undefined} stateOf of a socket of ours; undefined of
 *   the bare prototype
 * @returns {PropertyDescriptor & ThisType<RustSocket>} `_handle` of our sockets
 */
function handleFacade(stateOf) {
  return {
    configurable: true,
    get: function handle() {
      const state = stateOf(this);
      if (state === undefined) return undefined;
      const caller = callerOf(handle);
      if (ASKED_BY_WRAPPER.test(caller)) state.isWrapped = true;
      const isConnected = state.stream !== null && !this.connecting;
      return isConnected && ASKED_IF_CONNECTED.test(caller) ? CONNECTED : null;
    },
    set() {
      // Node's internals take handles away from sockets that had one. There is nothing to take here.
    },
  };
}

module.exports = { descriptorOf, handleFacade };
