'use strict';

/**
 * A stream as an object; see `source.js`.
 *
 * @typedef {Stream} NativeStream
 */

const { kOnClose, owners } = require('./events');
const { Source } = require('./source');

/** @import { Events, Owner } from './events' */
/** @import { Address, EventLoop } from './source' */

/** Of this environment there is one: it stands here, and not in every stream. @type {EventLoop} */
let loop;

/** A stream socket: TCP, or Unix-domain, which Node calls a pipe. */
class Stream extends Source {
  /**
   * @param {EventLoop} started
   * @param {'tcp' | 'pipe'} kind
   * @param {number} [id] of an accepted stream
   */
  constructor(started, kind, id) {
    super(started, kind, id ?? started.binding.streamCreate(started.realm, kind === 'pipe'));
    loop = started;
  }

  /** An accepted stream that nobody wanted has closed. */
  [kOnClose]() {}

  /**
   * Sets who gets the events from now on; those of a stream that was accepted have an async context already.
   *
   * @param {Owner} owner
   */
  belongTo(owner) {
    owners[this.id] = /** @type {Events} */ (owner);
  }

  /**
   * 0: a connect event follows.
   *
   * @param {string} address numeric
   * @param {number} port
   */
  connect(address, port) {
    return loop.binding.streamConnect(this.id, address, port);
  }

  /** @param {string} path */
  connectPath(path) {
    return loop.binding.streamConnectPath(this.id, path);
  }

  readStart() {
    return loop.binding.streamReadStart(this.id);
  }

  readStop() {
    return loop.binding.streamReadStop(this.id);
  }

  /** @param {number} bytes the most that one read event carries; 0: as the slab holds */
  limitRead(bytes) {
    loop.binding.streamLimitRead(this.id, bytes);
  }

  /**
   * One send(2): the bytes that the kernel took, or an error.
   *
   * @param {Uint8Array} chunk
   */
  write(chunk) {
    return loop.write(this.id, chunk);
  }

  /**
   * The same for what follows `offset`.
   *
   * @param {Uint8Array} chunk
   * @param {number} offset
   */
  writeRest(chunk, offset) {
    return loop.write(this.id, chunk, offset);
  }

  /**
   * One sendmsg(2) of at most 1,024 chunks: the bytes that the kernel took, or an error.
   *
   * @param {Uint8Array[]} chunks
   * @param {number} offset bytes of the concatenation to leave out
   */
  writev(chunks, offset) {
    return loop.binding.streamWritev(this.id, chunks, offset);
  }

  /** A writable event follows in the next turn, before what can be read. */
  finishWrite() {
    loop.binding.streamFinishWrite(this.id);
  }

  /** A writable event follows. */
  waitWritable() {
    loop.binding.streamAwaitWritable(this.id);
  }

  /** 0: a shutdown event follows. */
  shutdown() {
    return loop.binding.streamShutdown(this.id);
  }

  /** As `close`, with a reset instead of a FIN; an error: it is not closed. */
  reset() {
    const status = loop.binding.streamReset(this.id);
    if (status >= 0) this.release();
    return status;
  }

  /** What became of the bytes, or an error; see `look.js`. */
  look() {
    return loop.binding.streamLook(this.id);
  }

  /** `TCP_INFO`, or an error. */
  tcpInfo() {
    return loop.binding.streamTcpInfo(this.id);
  }

  /** @param {number} ms */
  setUserTimeout(ms) {
    return loop.binding.streamSetUserTimeout(this.id, ms);
  }

  /** @param {number} bytes */
  setNotSentLowWatermark(bytes) {
    return loop.binding.streamSetNotSentLowWatermark(this.id, bytes);
  }

  /** @param {boolean} enable */
  setNoDelay(enable) {
    return loop.binding.streamSetNoDelay(this.id, enable);
  }

  /**
   * @param {boolean} enable
   * @param {number} idleSecs
   * @param {number} [intervalSecs]
   * @param {number} [count]
   */
  setKeepAlive(enable, idleSecs, intervalSecs, count) {
    return loop.binding.streamSetKeepAlive(this.id, enable, idleSecs, intervalSecs, count);
  }

  /** @param {number} tos */
  setTypeOfService(tos) {
    return loop.binding.streamSetTypeOfService(this.id, tos);
  }

  getTypeOfService() {
    return loop.binding.streamTypeOfService(this.id);
  }

  /** @returns {Address | number} */
  remoteAddress() {
    return loop.binding.streamRemoteAddress(this.id);
  }
}

module.exports = { Stream };
