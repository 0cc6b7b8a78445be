'use strict';

/**
 * What a socket says about itself: both ends of its connection, as `net` names them, its counters and its states. All of
 * it is `undefined` or neutral on the bare prototype.
 */

const { kState } = require('../contract/record');
const { handleFacade } = require('../node/handle');
const { bytesAcceptedOf } = require('./state');
const { bytesWritten } = require('./writable');

/** @import { PartialAddress, RustSocket } from './socket' */

/**
 * @param {RustSocket} socket
 * @returns {PartialAddress} the peer's address; the last one known once the connection is gone
 */
function peerName(socket) {
  const state = socket[kState];
  if (state === undefined || state.stream === null || state.stream.kind !== 'tcp' || socket.connecting) {
    return socket._peername || {};
  }
  if (!socket._peername) {
    const address = state.stream.remoteAddress();
    if (typeof address === 'number') return {};
    socket._peername = address;
  }
  return socket._peername;
}

/**
 * @param {RustSocket} socket
 * @returns {PartialAddress} our address; `{}` when there is none
 */
function sockName(socket) {
  const state = socket[kState];
  if (state === undefined) return {};
  // The kernel is not asked for the path of a Unix socket: it is the one that was bound.
  if (state.boundPath !== undefined) return { address: state.boundPath };
  if (state.stream === null || state.stream.kind !== 'tcp') return {};
  if (!socket._sockname) {
    const address = state.stream.localAddress();
    socket._sockname = typeof address === 'number' ? {} : address;
  }
  return socket._sockname;
}

/** @type {PropertyDescriptorMap} */
const addressGetters = {
  remoteAddress: { enumerable: true, get: remoteAddress },
  remoteFamily: { enumerable: true, get: remoteFamily },
  remotePort: { enumerable: true, get: remotePort },
  localAddress: { enumerable: true, get: localAddress },
  localPort: { enumerable: true, get: localPort },
  localFamily: { enumerable: true, get: localFamily },
};

const addressMethods = {
  /** @this {RustSocket} */
  address() {
    return this._getsockname();
  },

  /** @this {RustSocket} */
  _getpeername() {
    return peerName(this);
  },

  /** @this {RustSocket} */
  _getsockname() {
    return sockName(this);
  },
};

/** @this {RustSocket} */
function remoteAddress() {
  return this._getpeername().address;
}

/** @this {RustSocket} */
function remoteFamily() {
  return this._getpeername().family;
}

/** @this {RustSocket} */
function remotePort() {
  return this._getpeername().port;
}

/** @this {RustSocket} */
function localAddress() {
  return this._getsockname().address;
}

/** @this {RustSocket} */
function localPort() {
  return this._getsockname().port;
}

/** @this {RustSocket} */
function localFamily() {
  return this._getsockname().family;
}

/** @type {PropertyDescriptorMap & ThisType<RustSocket>} */
const socketGetters = {
  ...addressGetters,

  _handle: handleFacade((socket) => socket[kState]),

  _connecting: {
    get() {
      return this.connecting;
    },
  },

  /** True until there is a connection, and again when it is gone. */
  pending: {
    configurable: true,
    get() {
      return !this[kState]?.stream || this.connecting;
    },
  },

  readyState: {
    get() {
      if (this.connecting) return 'opening';
      if (this.readable) return this.writable ? 'open' : 'readOnly';
      return this.writable ? 'writeOnly' : 'closed';
    },
  },

  bufferSize: {
    get() {
      return this[kState]?.stream ? this.writableLength : undefined;
    },
  },

  bytesRead: {
    enumerable: true,
    get() {
      return this[kState]?.bytesRead;
    },
  },

  _bytesDispatched: {
    enumerable: true,
    get() {
      return this[kState]?.bytesDispatched;
    },
  },

  bytesWritten: { enumerable: true, get: bytesWritten },

  /** What the kernel has taken. `bytesWritten` also counts bytes that never leave the process. */
  bytesAccepted: {
    get() {
      return this[kState] && bytesAcceptedOf(this[kState]);
    },
  },
};

module.exports = { addressMethods, socketGetters };
