'use strict';

/**
 * A stream as an object, over the native functions, which name sockets by ids.
 *
 * A failure is a returned negative number, libuv's, as `util.getSystemErrorName` reads it; nothing
 * here throws but for arguments of a wrong JavaScript type. After `close()` every call answers
 * `EBADF`.
 *
 * @typedef {import('./addon').EventLoop} EventLoop
 * @typedef {{ address: string, family: string, port: number }} Address
 * @typedef {Stream} NativeStream
 */

const { kOnClose, owners } = require('./events');

/** @import { Events, Owner } from './events' */

/** Flags of `bind()`, as `BindFlags` of src/net/socket.rs reads them. */
const IPV6_ONLY = 1;
const REUSE_PORT = 2;

/** An id that no socket has: what a closed handle keeps. */
const CLOSED = 0xffffffff;

/** Of this environment there is one: it stands here, and not in every stream. @type {EventLoop} */
let loop;

/** A stream socket: TCP, or Unix-domain, which Node calls a pipe. */
class Stream {
  #id;

  /**
   * @param {EventLoop} started
   * @param {'tcp' | 'pipe'} kind
   * @param {number} [id] of an accepted stream
   */
  constructor(started, kind, id) {
    loop = started;
    this.kind = kind;
    this.#id = id ?? loop.binding.streamCreate(loop.realm, kind === 'pipe');
  }

  /**
   * Takes the id from a bound stream that a listener is about to adopt.
   *
   * @param {Stream} stream
   */
  static release(stream) {
    const id = stream.#id;
    stream.#id = CLOSED;
    return id;
  }

  /** An accepted stream that nobody wanted has closed. */
  [kOnClose]() {}

  /** The descriptor, or -1. */
  get fd() {
    return loop.binding.streamFd(this.#id);
  }

  /**
   * Sets who gets the events from now on; those of a stream that was accepted have an async context already.
   *
   * @param {Owner} owner
   */
  belongTo(owner) {
    owners[this.#id] = /** @type {Events} */ (owner);
  }

  /**
   * Sets who gets the events, and takes the async context of this moment for them.
   *
   * @param {Owner} owner
   * @param {string} type as `node:async_hooks` shows it
   */
  attach(owner, type) {
    owners[this.#id] = /** @type {Events} */ (owner);
    loop.binding.streamAttach(this.#id, owner, type);
  }

  /**
   * @param {string} address numeric
   * @param {number} port
   * @param {number} flags `IPV6_ONLY`, `REUSE_PORT`
   */
  bind(address, port, flags) {
    return loop.binding.streamBind(this.#id, address, port, flags);
  }

  /** @param {string} path */
  bindPath(path) {
    return loop.binding.streamBindPath(this.#id, path);
  }

  /**
   * 0: a connect event follows.
   *
   * @param {string} address numeric
   * @param {number} port
   */
  connect(address, port) {
    return loop.binding.streamConnect(this.#id, address, port);
  }

  /** @param {string} path */
  connectPath(path) {
    return loop.binding.streamConnectPath(this.#id, path);
  }

  /** @param {number} fd */
  open(fd) {
    return loop.binding.streamOpen(this.#id, fd);
  }

  readStart() {
    return loop.binding.streamReadStart(this.#id);
  }

  readStop() {
    return loop.binding.streamReadStop(this.#id);
  }

  /** @param {number} bytes the most that one read event carries; 0: as the slab holds */
  limitRead(bytes) {
    loop.binding.streamLimitRead(this.#id, bytes);
  }

  /**
   * One send(2): the bytes that the kernel took, or an error.
   *
   * @param {Uint8Array} chunk
   */
  write(chunk) {
    return loop.write(this.#id, chunk);
  }

  /**
   * The same for what follows `offset`.
   *
   * @param {Uint8Array} chunk
   * @param {number} offset
   */
  writeRest(chunk, offset) {
    return loop.write(this.#id, chunk, offset);
  }

  /**
   * One sendmsg(2) of at most 1,024 chunks: the bytes that the kernel took, or an error.
   *
   * @param {Uint8Array[]} chunks
   * @param {number} offset bytes of the concatenation to leave out
   */
  writev(chunks, offset) {
    return loop.binding.streamWritev(this.#id, chunks, offset);
  }

  /** A writable event follows in the next turn, before what can be read. */
  finishWrite() {
    loop.binding.streamFinishWrite(this.#id);
  }

  /** A writable event follows. */
  waitWritable() {
    loop.binding.streamAwaitWritable(this.#id);
  }

  /** 0: a shutdown event follows. */
  shutdown() {
    return loop.binding.streamShutdown(this.#id);
  }

  /**
   * A close event follows; pending requests get none.
   *
   * @returns {number} bytes that the kernel has taken and the peer has not acknowledged, or an error: it was not asked
   */
  close() {
    const id = this.#id;
    this.#id = CLOSED;
    return loop.binding.streamClose(id);
  }

  /** As `close`, with a reset instead of a FIN; an error: it is not closed. */
  reset() {
    const status = loop.binding.streamReset(this.#id);
    if (status >= 0) this.#id = CLOSED;
    return status;
  }

  /** What became of the bytes, or an error; see `look.js`. */
  look() {
    return loop.binding.streamLook(this.#id);
  }

  /** `TCP_INFO`, or an error. */
  tcpInfo() {
    return loop.binding.streamTcpInfo(this.#id);
  }

  /** @param {number} ms */
  setUserTimeout(ms) {
    return loop.binding.streamSetUserTimeout(this.#id, ms);
  }

  /** @param {number} bytes */
  setNotSentLowWatermark(bytes) {
    return loop.binding.streamSetNotSentLowWatermark(this.#id, bytes);
  }

  /** @param {boolean} enable */
  setNoDelay(enable) {
    return loop.binding.streamSetNoDelay(this.#id, enable);
  }

  /**
   * @param {boolean} enable
   * @param {number} idleSecs
   * @param {number} [intervalSecs]
   * @param {number} [count]
   */
  setKeepAlive(enable, idleSecs, intervalSecs, count) {
    return loop.binding.streamSetKeepAlive(this.#id, enable, idleSecs, intervalSecs, count);
  }

  /** @param {number} tos */
  setTypeOfService(tos) {
    return loop.binding.streamSetTypeOfService(this.#id, tos);
  }

  getTypeOfService() {
    return loop.binding.streamTypeOfService(this.#id);
  }

  /** @returns {Address | number} */
  localAddress() {
    return loop.binding.streamLocalAddress(this.#id);
  }

  /** @returns {Address | number} */
  remoteAddress() {
    return loop.binding.streamRemoteAddress(this.#id);
  }

  ref() {
    loop.binding.streamSetRef(this.#id, true);
  }

  unref() {
    loop.binding.streamSetRef(this.#id, false);
  }

  hasRef() {
    return loop.binding.streamHasRef(this.#id);
  }
}

module.exports = { CLOSED, IPV6_ONLY, REUSE_PORT, Stream };
