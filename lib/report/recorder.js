'use strict';

const diagnostics = require('node:diagnostics_channel');
const net = require('node:net');

const { endingOf, observeEndings } = require('../contract/ending');
const { kState } = require('../contract/record');
const { placeOf, showPlace } = require('./place');

/** @import { AnyStream } from '../node/stream' */

/**
 * Records, inside the application, the life of its sockets and what was refused on them. Memory is bounded by the
 * constants below, however long the application runs: what does not fit is counted in `omitted`.
 *
 * @typedef {object} Group refusals from one place, of sockets that ended at one place
 * @property {number} index in the recording
 * @property {'write' | 'end'} operation
 * @property {import('./place').Place | null} wrote
 * @property {import('./place').Place | null} ended
 * @property {string} endedBy
 * @property {number} count
 * @property {number} bytesRefused
 * @property {number} firstAt milliseconds since the epoch, as all times here
 * @property {number} lastAt
 *
 * @typedef {object} SocketLife
 * @property {number} id
 * @property {'client' | 'server' | 'unknown'} side
 * @property {string} [remote]
 * @property {number} openedAt
 * @property {number} [endedAt]
 * @property {string} [endedBy]
 * @property {import('./place').Place | null} [ended]
 * @property {number} [closedAt]
 * @property {[at: number, writes: number][]} writes
 * @property {[at: number, group: number][]} refused
 *
 * @typedef {object} Recording
 * @property {number} pid
 * @property {number} startedAt
 * @property {number} endedAt
 * @property {Group[]} groups
 * @property {SocketLife[]} sockets
 * @property {{ groups: number, sockets: number, refusals: number }} omitted
 */

/** @typedef {{ socket: AnyStream, operation: 'write' | 'end', error: import('../contract/policy').Refusal & { bytesRefused: number } }} Refused */

const MAX_GROUPS = 1000;
const MAX_SOCKETS = 2000;
/** Marks of one socket's time line; writes beyond are added to the last one. */
const MAX_MARKS = 100;

class Recorder {
  #startedAt = Date.now();
  /** @type {Map<string, Group & { index: number }>} */
  #groups = new Map();
  /** By id, oldest first. @type {Map<number, SocketLife>} */
  #lives = new Map();
  /** @type {WeakMap<object, SocketLife>} */
  #lifeOf = new WeakMap();
  /** @type {WeakSet<object>} */
  #watched = new WeakSet();
  #omitted = { groups: 0, sockets: 0, refusals: 0 };
  #count = 0;

  start() {
    diagnostics.subscribe('net.client.socket', (message) =>
      this.#open(/** @type {{ socket: net.Socket }} */ (message).socket, 'client'),
    );
    diagnostics.subscribe('net.server.socket', (message) =>
      this.#open(/** @type {{ socket: net.Socket }} */ (message).socket, 'server'),
    );
    diagnostics.subscribe('safe-socket:refused', (message) => this.#refuse(/** @type {Refused} */ (message)));
    observeEndings((socket, ending) => this.#end(socket, ending));
    this.#watchWrites(net.Socket.prototype);
  }

  /**
   * @returns {Recording}
   */
  take() {
    return {
      pid: process.pid,
      startedAt: this.#startedAt,
      endedAt: Date.now(),
      groups: [...this.#groups.values()],
      sockets: [...this.#lives.values()],
      omitted: this.#omitted,
    };
  }

  /**
   * As an APM tool would: the guard, or the Rust-backed socket's own check, stays underneath.
   *
   * @param {net.Socket} prototype
   */
  #watchWrites(prototype) {
    if (this.#watched.has(prototype)) return;
    this.#watched.add(prototype);
    const { write } = prototype;
    const note = (/** @type {AnyStream} */ socket) => this.#write(socket);
    /**
     * @this {net.Socket}
     * @param {string | Uint8Array} chunk
     * @param {BufferEncoding | ((error?: Error | null) => void)} [encoding]
     * @param {(error?: Error | null) => void} [callback]
     * @returns {boolean}
     */
    prototype.write = function (chunk, encoding, callback) {
      const accepted = this.writable;
      const result = write.call(this, chunk, /** @type {BufferEncoding} */ (encoding), callback);
      if (accepted) note(this);
      return result;
    };
  }

  /**
   * @param {AnyStream} socket
   * @param {SocketLife['side']} side
   * @returns {SocketLife}
   */
  #open(socket, side) {
    const known = this.#lifeOf.get(socket);
    if (known !== undefined) return known;
    // A Rust-backed socket has a write of its own.
    if (kState in socket) this.#watchWrites(Object.getPrototypeOf(socket));
    if (this.#lives.size >= MAX_SOCKETS) this.#forgetOne();
    const life = { id: (this.#count += 1), side, openedAt: Date.now(), writes: [], refused: [] };
    this.#lives.set(life.id, life);
    this.#lifeOf.set(socket, life);
    return life;
  }

  /**
   * A server tells of its socket after `'connection'` was emitted; by then it may have been written to, and ended.
   *
   * @param {AnyStream} socket
   * @returns {SocketLife}
   */
  #lifeOfAny(socket) {
    return this.#open(socket, socket.server ? 'server' : 'unknown');
  }

  /** The oldest on which nothing was refused; else the oldest. */
  #forgetOne() {
    let victim;
    for (const life of this.#lives.values()) {
      victim ??= life.id;
      if (life.refused.length > 0) continue;
      victim = life.id;
      break;
    }
    this.#lives.delete(/** @type {number} */ (victim));
    this.#omitted.sockets += 1;
  }

  /**
   * @param {AnyStream} socket
   */
  #write(socket) {
    const { writes } = this.#lifeOfAny(socket);
    if (writes.length < MAX_MARKS) writes.push([Date.now(), 1]);
    else writes[MAX_MARKS - 1][1] += 1;
  }

  /**
   * @param {AnyStream} socket
   * @param {import('../contract/ending').Ending} ending
   */
  #end(socket, ending) {
    const life = this.#lifeOfAny(socket);
    life.endedAt = Date.now();
    life.endedBy = ending.endedBy;
    life.ended = placeOf(ending.trace);
    life.remote = remoteOf(socket);
  }

  /**
   * @param {Refused} refusal
   */
  #refuse({ socket, operation, error }) {
    const now = Date.now();
    const group = this.#groupOf(operation, placeOf(error), placeOf(endingOf(socket)?.trace), error.endedBy, now);
    const life = this.#lifeOfAny(socket);
    life.remote ??= remoteOf(socket);
    life.endedBy ??= error.endedBy;
    if (group === undefined) return;
    group.count += 1;
    group.bytesRefused += error.bytesRefused;
    group.lastAt = now;
    if (life.refused.length < MAX_MARKS) life.refused.push([now, group.index]);
  }

  /**
   * @param {'write' | 'end'} operation
   * @param {import('./place').Place | null} wrote
   * @param {import('./place').Place | null} ended
   * @param {string} endedBy
   * @param {number} now
   */
  #groupOf(operation, wrote, ended, endedBy, now) {
    const key = [operation, showPlace(wrote), showPlace(ended), endedBy].join('\n');
    let group = this.#groups.get(key);
    if (group === undefined) {
      if (this.#groups.size >= MAX_GROUPS) {
        this.#omitted.groups += 1;
        this.#omitted.refusals += 1;
        return undefined;
      }
      const index = this.#groups.size;
      group = { index, operation, wrote, ended, endedBy, count: 0, bytesRefused: 0, firstAt: now, lastAt: now };
      this.#groups.set(key, group);
    }
    return group;
  }
}

/**
 * @param {AnyStream & { remoteAddress?: string, remotePort?: number }} socket
 * @returns {string | undefined}
 */
function remoteOf(socket) {
  return socket.remoteAddress === undefined ? undefined : `${socket.remoteAddress}:${socket.remotePort}`;
}

module.exports = { Recorder };
