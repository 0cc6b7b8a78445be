'use strict';

/**
 * A listener as an object, over the native functions, which name sockets by ids.
 *
 * A failure is a returned negative number, libuv's, as `util.getSystemErrorName` reads it; nothing
 * here throws but for arguments of a wrong JavaScript type. After `close()` every call answers
 * `EBADF`.
 *
 * @typedef {import('./addon').EventLoop} EventLoop
 * @typedef {{ address: string, family: string, port: number }} Address
 * @typedef {Listener} NativeListener
 */

const { owners } = require('./events');
const { CLOSED, Stream } = require('./stream');

/** @import { Events, Owner } from './events' */
/** @import { NativeStream } from './stream' */

/** Of this environment there is one: it stands here, and not in every listener. @type {EventLoop} */
let loop;

/** A listening socket. */
class Listener {
  #id;

  /**
   * @param {EventLoop} started
   * @param {'tcp' | 'pipe'} kind
   */
  constructor(started, kind) {
    loop = started;
    this.kind = kind;
    this.#id = loop.binding.listenerCreate(loop.realm, kind === 'pipe');
  }

  /** The descriptor, or -1. */
  get fd() {
    return loop.binding.listenerFd(this.#id);
  }

  /**
   * Sets who gets the events, and takes the async context of this moment for them.
   *
   * @param {Owner} owner
   * @param {string} type as `node:async_hooks` shows it
   */
  attach(owner, type) {
    owners[this.#id] = /** @type {Events} */ (owner);
    loop.binding.listenerAttach(this.#id, owner, type);
  }

  /**
   * @param {string} address numeric
   * @param {number} port
   * @param {number} flags as those of a stream
   */
  bind(address, port, flags) {
    return loop.binding.listenerBind(this.#id, address, port, flags);
  }

  /** @param {string} path */
  bindPath(path) {
    return loop.binding.listenerBindPath(this.#id, path);
  }

  /** @param {number} fd */
  open(fd) {
    return loop.binding.listenerOpen(this.#id, fd);
  }

  /** @param {NativeStream} stream bound, and gone afterwards */
  adopt(stream) {
    return loop.binding.listenerAdopt(this.#id, Stream.release(stream));
  }

  /** @param {number} backlog */
  listen(backlog) {
    return loop.binding.listenerListen(this.#id, backlog);
  }

  /** @param {number} mode 1: readable by all, 2: writable by all, 4: as it is already */
  chmod(mode) {
    return loop.binding.listenerChmod(this.#id, mode);
  }

  /** @returns {Address | number} */
  address() {
    return loop.binding.listenerAddress(this.#id);
  }

  /** A close event follows. */
  close() {
    const id = this.#id;
    this.#id = CLOSED;
    loop.binding.listenerClose(id);
  }

  ref() {
    loop.binding.listenerSetRef(this.#id, true);
  }

  unref() {
    loop.binding.listenerSetRef(this.#id, false);
  }

  hasRef() {
    return loop.binding.listenerHasRef(this.#id);
  }
}

module.exports = { Listener };
