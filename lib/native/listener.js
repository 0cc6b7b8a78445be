'use strict';

/**
 * A listener as an object; see `source.js`.
 *
 * @typedef {Listener} NativeListener
 */

const { Source } = require('./source');

/** @import { EventLoop } from './source' */
/** @import { NativeStream } from './stream' */

/** Of this environment there is one: it stands here, and not in every listener. @type {EventLoop} */
let loop;

/** A listening socket. */
class Listener extends Source {
  /**
   * @param {EventLoop} started
   * @param {'tcp' | 'pipe'} kind
   */
  constructor(started, kind) {
    super(started, kind, started.binding.listenerCreate(started.realm, kind === 'pipe'));
    loop = started;
  }

  /** @param {NativeStream} stream bound, and gone afterwards */
  adopt(stream) {
    return loop.binding.listenerAdopt(this.id, stream.release());
  }

  /** @param {number} backlog */
  listen(backlog) {
    return loop.binding.listenerListen(this.id, backlog);
  }

  /** @param {number} mode 1: readable by all, 2: writable by all, 4: as it is already */
  chmod(mode) {
    return loop.binding.listenerChmod(this.id, mode);
  }
}

module.exports = { Listener };
