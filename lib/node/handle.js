'use strict';

/**
 * `socket._handle`, where Node keeps the C++ object behind a socket. Ours has none, and says so: then `tls`, `http` and
 * `http2` use the socket through its JavaScript face.
 *
 * Two of them are recognized when they ask, by the first frame of the stack:
 *
 * - Node's TLSSocket and Http2Session wrap a socket without a handle, and end it themselves. Such a socket must not end
 *   by itself on the peer's FIN, while they still have something to write; `isWrapped` says so.
 * - TLSSocket, having wrapped the socket, looks once more whether it has a handle, only to learn whether it is connected
 *   yet; told no, it would wait for a `'connect'` that was long ago (`TLSSocket._init`, Node 20 to 26). That one question
 *   gets a yes when the socket is connected.
 *
 * Beyond Node's documentation: the property, and the names of these three functions. Should one change, `tls.connect({ socket })`
 * over a connected socket of ours waits for ever, and a socket under `tls` or `http2` may end before they have said all.
 */

const { kState } = require('../socket/state');
const { callerOf } = require('./caller');

const CONNECTED = Object.freeze({});

const ASKED_BY_WRAPPER = /^\s*at new (?:TLSSocket|Http2Session) \(node:/;
const ASKED_IF_CONNECTED = /^\s*at TLSSocket\._init \(node:/;

/** @type {PropertyDescriptor & ThisType<any>} */
const handleFacade = {
  configurable: true,
  get: function handle() {
    const state = this[kState];
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

module.exports = { handleFacade };
