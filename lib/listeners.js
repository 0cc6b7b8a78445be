'use strict';

/**
 * What the native event loop calls, one function an event, with the id of the stream.
 * Each owner (a socket, a server, an attempt to connect) answers by a method under the symbol of the event.
 */

const { nextTurn } = require('./gather');

const kOnRead = Symbol('safe-socket.onread');
const kOnWritable = Symbol('safe-socket.onwritable');
const kOnConnect = Symbol('safe-socket.onconnect');
const kOnShutdown = Symbol('safe-socket.onshutdown');
const kOnClose = Symbol('safe-socket.onclose');
const kOnConnection = Symbol('safe-socket.onconnection');
const kAccept = Symbol('safe-socket.accept');

/** Who gets the events, by the ids of native streams and listeners; until these are closed. @type {any[]} */
const owners = [];

const listeners = {
  /**
   * @param {number} id
   * @param {number} nread bytes in the slab, 0 for the end of the stream, or an errno
   */
  onread(id, nread) {
    nextTurn();
    owners[id][kOnRead](nread);
  },

  /** @param {number} id */
  onwritable(id) {
    nextTurn();
    owners[id][kOnWritable]();
  },

  /**
   * @param {number} id
   * @param {number} status
   */
  onconnect(id, status) {
    nextTurn();
    owners[id][kOnConnect](status);
  },

  /**
   * @param {number} id
   * @param {number} status
   */
  onshutdown(id, status) {
    nextTurn();
    owners[id][kOnShutdown](status);
  },

  /** @param {number} id which the next stream may get */
  onclose(id) {
    nextTurn();
    const owner = owners[id];
    owners[id] = undefined;
    // Nobody's: closed before anybody could hear of it.
    owner?.[kOnClose]();
  },

  /**
   * No event yet: makes the object of a stream, which async hooks see as the resource of its events. It is its own owner
   * until the server has a socket for it.
   *
   * @param {number} id of the listener
   * @param {number} accepted id of the stream
   */
  accept(id, accepted) {
    owners[accepted] = owners[id][kAccept](accepted);
    return owners[accepted];
  },

  /**
   * @param {number} id of the listener
   * @param {number} accepted id of the stream
   */
  onconnection(id, accepted) {
    nextTurn();
    owners[id][kOnConnection](owners[accepted]);
  },
};

module.exports = { kAccept, kOnClose, kOnConnect, kOnConnection, kOnRead, kOnShutdown, kOnWritable, listeners, owners };
