'use strict';

/** A socket with the option `onread`, the other end of its connection, and what the socket told. */

const net = require('node:net');

const safe = /** @type {any} */ (require('../..'));
const { quiet } = require('../differential/quiet');
const { connected } = require('./connection');

const IMPLEMENTATIONS = new Set([net, safe]);
/** Not 'data' and 'readable', whose listeners ask for bytes. */
const EVENTS = ['pause', 'resume', 'end', 'error', 'close'];

class Reader {
  /** @type {unknown[]} */
  log = [];
  server = net.createServer((peer) => peer.on('error', () => {}));
  #received = 0;
  #progress = () => {};

  /**
   * @param {any} implementation
   * @param {any} t
   * @param {any} onread
   * @param {(socket: any) => unknown} [answer] what the callback does and returns
   * @param {(socket: any) => void} [prepare]
   */
  static async open(implementation, t, onread, answer = () => {}, prepare = () => {}) {
    const reader = new Reader();
    const callback = reader.#callback(answer);
    const connect = (options) => {
      const socket = implementation.connect({ ...options, onread: { callback, ...onread } });
      reader.#watch(socket);
      prepare(socket);
      return socket;
    };
    const { socket, peer } = await connected(t, connect, reader.server);
    return Object.assign(reader, { socket, peer });
  }

  #callback(answer) {
    const reader = this;
    return function (nread, buffer, ...rest) {
      const { socket } = reader;
      const content = buffer instanceof Uint8Array ? Buffer.from(buffer).toString() : buffer;
      reader.log.push(['read', nread, content, rest.length, this === socket]);
      reader.#received += nread;
      reader.#progress();
      return answer(socket);
    };
  }

  #watch(socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    for (const name of EVENTS) socket.on(name, (argument) => this.log.push([name, argument?.code ?? argument]));
  }

  /** Writes at the other end, and waits until all of it, or so many bytes of it, has come. */
  async receive(text, bytes = text.length) {
    const total = this.#received + bytes;
    this.peer.write(text);
    await this.until(total);
  }

  async until(total) {
    while (this.#received < total) await new Promise((resolve) => (this.#progress = () => resolve(undefined)));
  }

  /** What is on its way has come, and if nothing comes, nothing will. */
  rest() {
    return quiet(
      IMPLEMENTATIONS,
      () => this.log.length,
      () => true,
    );
  }

  snapshot() {
    const { bytesRead, readableLength, readableFlowing, readable, readableEnded, readableDidRead, errored } =
      this.socket;
    const isPaused = this.socket.isPaused();
    const isErrored = errored !== null;
    return {
      received: this.#received,
      bytesRead,
      readableLength,
      readableFlowing,
      readable,
      readableEnded,
      readableDidRead,
      isPaused,
      isErrored,
    };
  }
}

module.exports = { Reader };
