'use strict';

/** What a socket says about itself, besides its addresses. All of it is `undefined` or neutral on the bare prototype. */

const { addressGetters } = require('./addresses');
const { handleFacade } = require('../node/handle');
const { bytesAcceptedOf } = require('../delivery/look');
const { kState } = require('./state');
const { bytesWritten } = require('./writable');

/** @type {PropertyDescriptorMap & ThisType<any>} */
const socketGetters = {
  ...addressGetters,

  _handle: handleFacade,

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
      return this[kState] && bytesAcceptedOf(this);
    },
  },
};

module.exports = { socketGetters };
