'use strict';

/**
 * What the native event loop calls, one function an event, with the id of the stream.
 * Each owner (a socket, a server, an attempt to connect) answers by a method under the symbol of the event.
 */

const { setImmediate } = require('../node/clock');

/** @import { NativeStream } from './stream' */

const kOnRead = Symbol('safe-socket.onread');
const kOnShort = Symbol('safe-socket.onshort');
const kOnWritable = Symbol('safe-socket.onwritable');
const kOnConnect = Symbol('safe-socket.onconnect');
const kOnShutdown = Symbol('safe-socket.onshutdown');
const kOnClose = Symbol('safe-socket.onclose');
const kOnConnection = Symbol('safe-socket.onconnection');
const kAccept = Symbol('safe-socket.accept');

/** Counts the events: each begins a new tick. */
const turns = { count: 0 };

/**
 * Who gets events: a socket, a server, or a stream that nobody has taken yet. Each has methods for those that it gets.
 *
 * @typedef {{
 *   [kOnRead](nread: number): void,
 *   [kOnShort](place: number): void,
 *   [kOnWritable](): void,
 *   [kOnConnect](status: number): void,
 *   [kOnShutdown](status: number): void,
 *   [kOnClose](): void,
 *   [kOnConnection](stream: NativeStream): void,
 *   [kAccept](id: number): NativeStream,
 * }} Events
 *
 * @typedef {Partial<Events>} Owner
 */

/**
 * Who gets the events, by the ids of native streams and listeners; until these are closed. Only those events are told
 * for which the owner has a method: its kind of stream knows no others.
 *
 * @type {Events[]}
 */
const owners = [];

/**
 * What a program throws goes to `'uncaughtException'` by way of the addon, but for `null`: that is what an interrupted
 * call, which must not count as an exception, looks like there.
 *
 * @param {unknown} error
 */
function passOn(error) {
  if (error !== null) throw error;
  setImmediate(rethrow, error);
}

/** @param {unknown} error */
function rethrow(error) {
  throw error;
}

const listeners = {
  /**
   * @param {number} id
   * @param {number} nread bytes in the slab, 0 for the end of the stream, or an errno
   */
  onread(id, nread) {
    turns.count += 1;
    try {
      owners[id][kOnRead](nread);
    } catch (error) {
      passOn(error);
    }
  },

  /**
   * @param {number} id
   * @param {number} place where a short message is in the pool; see pool.js
   */
  onshort(id, place) {
    turns.count += 1;
    try {
      owners[id][kOnShort](place);
    } catch (error) {
      passOn(error);
    }
  },

  /** @param {number} id */
  onwritable(id) {
    turns.count += 1;
    try {
      owners[id][kOnWritable]();
    } catch (error) {
      passOn(error);
    }
  },

  /**
   * @param {number} id
   * @param {number} status
   */
  onconnect(id, status) {
    turns.count += 1;
    try {
      owners[id][kOnConnect](status);
    } catch (error) {
      passOn(error);
    }
  },

  /**
   * @param {number} id
   * @param {number} status
   */
  onshutdown(id, status) {
    turns.count += 1;
    try {
      owners[id][kOnShutdown](status);
    } catch (error) {
      passOn(error);
    }
  },

  /** @param {number} id which the next stream may get */
  onclose(id) {
    turns.count += 1;
    const owner = owners[id];
    owners[id] = /** @type {any} */ (undefined);
    // Nobody's: closed before anybody could hear of it.
    try {
      owner?.[kOnClose]();
    } catch (error) {
      passOn(error);
    }
  },

  /**
   * No event yet: makes the object of a stream, which async hooks see as the resource of its events. It is its own owner
   * until the server has a socket for it.
   *
   * @param {number} id of the listener
   * @param {number} accepted id of the stream
   */
  accept(id, accepted) {
    const stream = owners[id][kAccept](accepted);
    owners[accepted] = /** @type {Events & NativeStream} */ (stream);
    return stream;
  },

  /**
   * @param {number} id of the listener
   * @param {number} accepted id of the stream
   */
  onconnection(id, accepted) {
    turns.count += 1;
    try {
      owners[id][kOnConnection](/** @type {Events & NativeStream} */ (owners[accepted]));
    } catch (error) {
      passOn(error);
    }
  },
};

module.exports = /** @type {const} */ ({
  kAccept,
  kOnClose,
  kOnConnect,
  kOnConnection,
  kOnRead,
  kOnShort,
  kOnShutdown,
  kOnWritable,
  listeners,
  owners,
  turns,
});
