'use strict';

/**
 * `socket._handle`, where Node keeps the C++ object behind a socket. Ours has none, and says so: then `tls`, `http` and
 * `http2` use the socket through its JavaScript face.
 *
 * There is one exception. Node's TLSSocket, having wrapped a socket which has no handle, looks once more whether it has
 * one, only to learn whether it is connected yet; told no, it would wait for a `'connect'` that was long ago
 * (`TLSSocket._init` in Node 20 to 26). That one question gets a yes when the socket is connected.
 */

const { kState } = require('./state');

const CONNECTED = Object.freeze({});

/** `TLSSocket._init` of Node itself, as the first frame of a stack. */
const ASKED_BY_TLS = /^\s*at TLSSocket\._init \(node:/;

/**
 * @param {Function} asked
 * @returns {string | undefined} the line of the stack that called the function
 */
function callerOf(asked) {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Reflect.set(Error, 'prepareStackTrace', undefined);
    Error.stackTraceLimit = 1;
    /** @type {{ stack?: string }} */
    const holder = {};
    Error.captureStackTrace(holder, asked);
    return holder.stack?.split('\n')[1];
  } catch {
    // Frozen intrinsics: the answer stays no.
    return undefined;
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** @type {PropertyDescriptor & ThisType<any>} */
const handleFacade = {
  configurable: true,
  get: function handle() {
    const state = this[kState];
    // Without a listener for data nobody has wrapped the socket.
    if (state === undefined) return undefined;
    if (state.stream === null || this.connecting || this.listenerCount('data') === 0) return null;
    return ASKED_BY_TLS.test(callerOf(handle) ?? '') ? CONNECTED : null;
  },
  set() {
    // Node's internals take handles away from sockets that had one. There is nothing to take here.
  },
};

module.exports = { handleFacade };
