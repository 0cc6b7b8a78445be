'use strict';

/**
 * `SAFE_SOCKET_POISON=1`: memory that sockets share is overwritten as soon as nobody may use it any more, so that whoever
 * still does is found. For tests; when it is off, nothing of it runs.
 */

const process = require('node:process');

const POISON = 0xdb;

const isOn = process.env.SAFE_SOCKET_POISON === '1';

/**
 * @param {Uint8Array} memory that is free now
 */
function poison(memory) {
  memory.fill(POISON);
}

/**
 * @template {{ onread(id: number, nread: number): void, onshort(id: number, place: number): void }} T
 * @param {T} listeners what the native event loop calls
 * @param {Buffer} slab where the bytes of a read event are, during that event
 * @returns {T} the same, or such that leave nothing in the slab
 */
function poisoning(listeners, slab) {
  if (!isOn) return listeners;
  return {
    ...listeners,
    /**
     * @param {number} id
     * @param {number} nread
     */
    onread(id, nread) {
      try {
        listeners.onread(id, nread);
      } finally {
        poison(slab);
      }
    },

    /**
     * @param {number} id
     * @param {number} place
     */
    onshort(id, place) {
      // What JavaScript gets is elsewhere.
      poison(slab);
      listeners.onshort(id, place);
    },
  };
}

module.exports = { isOn, poison, poisoning };
