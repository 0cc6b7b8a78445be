'use strict';

/**
 * What the native event loop calls, one function an event, with `this` set to the owner of the stream.
 * Each owner (a socket, a server, an attempt to connect) answers by a method under the symbol of the event.
 */

const { nextTurn } = require('./gather');

const kOnRead = Symbol('safe-socket.onread');
const kOnWritable = Symbol('safe-socket.onwritable');
const kOnConnect = Symbol('safe-socket.onconnect');
const kOnShutdown = Symbol('safe-socket.onshutdown');
const kOnClose = Symbol('safe-socket.onclose');
const kOnConnection = Symbol('safe-socket.onconnection');

const listeners = {
  /**
   * @this {any}
   * @param {number} nread bytes in the slab, 0 for the end of the stream, or an errno
   */
  onread(nread) {
    nextTurn();
    this[kOnRead](nread);
  },

  /** @this {any} */
  onwritable() {
    nextTurn();
    this[kOnWritable]();
  },

  /**
   * @this {any}
   * @param {number} status
   */
  onconnect(status) {
    nextTurn();
    this[kOnConnect](status);
  },

  /**
   * @this {any}
   * @param {number} status
   */
  onshutdown(status) {
    nextTurn();
    this[kOnShutdown](status);
  },

  /** @this {any} */
  onclose() {
    nextTurn();
    this[kOnClose]();
  },

  /**
   * @this {any}
   * @param {any} stream
   */
  onconnection(stream) {
    nextTurn();
    this[kOnConnection](stream);
  },
};

module.exports = { kOnClose, kOnConnect, kOnConnection, kOnRead, kOnShutdown, kOnWritable, listeners };
