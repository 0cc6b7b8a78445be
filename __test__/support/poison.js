'use strict';

/**
 * Overwrites the memory that sockets share as soon as nobody may use it any more, so that whoever still does is found. It
 * wraps the package from outside, before its first socket.
 */

const path = require('node:path');

const POISON = 0xdb;

/** @param {string} folder of the package */
function poison(folder) {
  const load = (/** @type {string} */ file) => require(path.resolve(__dirname, folder, 'lib', file));
  const { listeners } = load('native/events');
  const { eventLoop } = load('native/addon');
  const { Batch } = load('socket/batch');

  const { onread, onshort } = listeners;
  listeners.onread = (/** @type {number} */ id, /** @type {number} */ nread) => {
    try {
      onread(id, nread);
    } finally {
      eventLoop().slab.fill(POISON);
    }
  };
  listeners.onshort = (/** @type {number} */ id, /** @type {number} */ place) => {
    // What JavaScript gets is elsewhere.
    eventLoop().slab.fill(POISON);
    onshort(id, place);
  };

  const { settle } = Batch.prototype;
  /**
   * @this {any}
   * @param {Error | null} error
   * @param {boolean} isFree
   */
  Batch.prototype.settle = function (error, isFree) {
    if (isFree) this.bytes.fill(POISON);
    settle.call(this, error, isFree);
  };
}

module.exports = { poison };
