'use strict';

/**
 * What streams and listeners have in common, as objects over the native functions, which name sockets by ids.
 *
 * A failure is a returned negative number, libuv's, as `util.getSystemErrorName` reads it; nothing
 * here throws but for arguments of a wrong JavaScript type. After `close()` every call answers
 * `EBADF`.
 *
 * @typedef {import('./addon').EventLoop} EventLoop
 * @typedef {{ address: string, family: string, port: number }} Address
 */

const { owners } = require('./events');

/** @import { Events, Owner } from './events' */

/** Flags of `bind()`, as `BindFlags` of src/net/socket.rs reads them. */
const IPV6_ONLY = 1;
const REUSE_PORT = 2;

/** An id that no socket has: what a closed handle keeps. */
const CLOSED = 0xffffffff;

/** Of this environment there is one: it stands here, and not in every source. @type {EventLoop} */
let loop;

/** A socket on the event loop. */
class Source {
  #id;

  /**
   * @param {EventLoop} started
   * @param {'tcp' | 'pipe'} kind
   * @param {number} id
   */
  constructor(started, kind, id) {
    loop = started;
    this.kind = kind;
    this.#id = id;
  }

  /** What the native functions name it by. */
  get id() {
    return this.#id;
  }

  /** The descriptor, or -1. */
  get fd() {
    return loop.binding.sourceFd(this.#id);
  }

  /** Gives up the id, which is returned: it is closed, or another's. */
  release() {
    const id = this.#id;
    this.#id = CLOSED;
    return id;
  }

  /**
   * Sets who gets the events, and takes the async context of this moment for them.
   *
   * @param {Owner} owner
   * @param {string} type as `node:async_hooks` shows it
   */
  attach(owner, type) {
    owners[this.#id] = /** @type {Events} */ (owner);
    loop.binding.sourceAttach(this.#id, owner, type);
  }

  /**
   * @param {string} address numeric
   * @param {number} port
   * @param {number} flags `IPV6_ONLY`, `REUSE_PORT`
   */
  bind(address, port, flags) {
    return loop.binding.sourceBind(this.#id, address, port, flags);
  }

  /** @param {string} path */
  bindPath(path) {
    return loop.binding.sourceBindPath(this.#id, path);
  }

  /** @param {number} fd */
  open(fd) {
    return loop.binding.sourceOpen(this.#id, fd);
  }

  /** @returns {Address | number} */
  localAddress() {
    return loop.binding.sourceLocalAddress(this.#id);
  }

  /**
   * A close event follows; pending requests get none.
   *
   * @returns {number} bytes that the kernel has taken and the peer has not acknowledged, or an error: it was not asked
   */
  close() {
    return loop.binding.sourceClose(this.release());
  }

  ref() {
    loop.binding.sourceSetRef(this.#id, true);
  }

  unref() {
    loop.binding.sourceSetRef(this.#id, false);
  }

  hasRef() {
    return loop.binding.sourceHasRef(this.#id);
  }
}

module.exports = { IPV6_ONLY, REUSE_PORT, Source };
