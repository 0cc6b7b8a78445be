'use strict';

/**
 * Messages of mixed sizes over many connections at once, echoed, and compared byte by byte: none may be lost, doubled,
 * changed or out of order.
 */

const { fork } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const { once } = require('node:events');
const path = require('node:path');

const net = require('../../..');

/** What the messages are cut from, at offsets that nothing else shares. */
const SOURCE = randomBytes(1 << 20);
const SIZES = [1, 16, 64, 64, 128, 300, 1000, 1500, 4096, 16_384];
/** Messages on their way, for each connection. */
const WINDOW = 8;

/**
 * @param {number} connection
 * @param {number} number
 * @returns {Buffer}
 */
function message(connection, number) {
  const size = SIZES[(connection + number * 7) % SIZES.length];
  const offset = (Math.imul(connection + 1, 0x9e37_79b1) ^ Math.imul(number + 1, 0x85eb_ca6b)) >>> 13;
  return SOURCE.subarray(offset, offset + size);
}

/** @returns {Promise<any>} */
async function startEcho() {
  const server = net.createServer((socket) => {
    socket.on('data', (chunk) => {
      if (!socket.write(chunk)) socket.pause();
    });
    socket.on('drain', () => socket.resume());
    socket.on('error', () => {});
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  return server;
}

/**
 * The same in a process of its own: both ends of a connection in one take two of the descriptors that it may have.
 *
 * @returns {Promise<{ port: number, close: () => void }>}
 */
async function startEchoApart() {
  const child = fork(path.join(__dirname, 'echo.js'));
  const [port] = await once(child, 'message');
  return { port, close: () => child.disconnect() };
}

class Conversation {
  /** Bytes that came back, and the message they are of. */
  #received = 0;
  #position = 0;
  #sent = 0;
  #limit = 0;
  #id;
  /** @type {(() => void) | null} */
  #done = null;

  wrong = 0;

  /**
   * @param {any} socket
   * @param {number} id
   */
  constructor(socket, id) {
    this.socket = socket;
    this.#id = id;
    socket.on('data', (/** @type {Buffer} */ chunk) => this.#check(chunk));
  }

  /**
   * @param {number} count more messages
   * @returns {Promise<void>} when they are back
   */
  exchange(count) {
    this.#limit += count;
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#fill();
    });
  }

  #fill() {
    while (this.#sent < this.#limit && this.#sent - this.#received < WINDOW) {
      this.socket.write(message(this.#id, this.#sent));
      this.#sent += 1;
    }
  }

  /** @param {Buffer} chunk */
  #check(chunk) {
    for (let at = 0; at < chunk.length;) {
      const expected = message(this.#id, this.#received).subarray(this.#position);
      const length = Math.min(expected.length, chunk.length - at);
      if (expected.compare(chunk, at, at + length, 0, length) !== 0) this.wrong += 1;
      at += length;
      this.#position += length;
      if (length === expected.length) {
        this.#received += 1;
        this.#position = 0;
      }
    }
    if (this.#received === this.#limit) this.#done?.();
    else this.#fill();
  }
}

/**
 * @param {number} port
 * @param {number} count
 * @returns {Promise<Conversation[]>} one for each connection
 */
async function converse(port, count) {
  return Promise.all(
    Array.from({ length: count }, async (_, id) => {
      const socket = net.connect(port, '127.0.0.1');
      await once(socket, 'connect');
      return new Conversation(socket, id);
    }),
  );
}

/** @param {Conversation[]} conversations @param {number} messages of all together */
async function exchange(conversations, messages) {
  const each = Math.ceil(messages / conversations.length);
  await Promise.all(conversations.map((conversation) => conversation.exchange(each)));
  return each * conversations.length;
}

module.exports = { converse, exchange, startEcho, startEchoApart };
