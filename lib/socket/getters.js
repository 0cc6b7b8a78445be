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

/** Both ends of a connection, by the method that gives the whole address. */
const ADDRESS_GETTERS = /** @type {const} */ ([
  ['remoteAddress', '_getpeername', 'address'],
  ['remoteFamily', '_getpeername', 'family'],
  ['remotePort', '_getpeername', 'port'],
  ['localAddress', '_getsockname', 'address'],
  ['localPort', '_getsockname', 'port'],
  ['localFamily', '_getsockname', 'family'],
]);

/** @type {ThisType<RustSocket> & Record<string, () => unknown>} */
const addressMethods = {
  address() {
    return this._getsockname();
  },

  /** @returns {PartialAddress} the peer's address; the last one known once the connection is gone */
  _getpeername() {
    const state = this[kState];
    if (state === undefined || state.stream === null || state.stream.kind !== 'tcp' || this.connecting) {
      return this._peername || {};
    }
    if (!this._peername) {
      const address = state.stream.remoteAddress();
      if (typeof address === 'number') return {};
      this._peername = address;
    }
    return this._peername;
  },

  /** @returns {PartialAddress} our address; `{}` when there is none */
  _getsockname() {
    const state = this[kState];
    if (state === undefined) return {};
    // The kernel is not asked for the path of a Unix socket: it is the one that was bound.
    if (state.boundPath !== undefined) return { address: state.boundPath };
    if (state.stream === null || state.stream.kind !== 'tcp') return {};
    if (!this._sockname) {
      const address = state.stream.localAddress();
      this._sockname = typeof address === 'number' ? {} : address;
    }
    return this._sockname;
  },
};

/** @type {PropertyDescriptorMap & ThisType<RustSocket>} */
const socketGetters = {
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

for (const [name, whole, part] of ADDRESS_GETTERS) {
  const methods = {
    /** @this {RustSocket} */
    [name]() {
      return this[whole]()[part];
    },
  };
  socketGetters[name] = { enumerable: true, get: methods[name] };
}

module.exports = { addressMethods, socketGetters };
