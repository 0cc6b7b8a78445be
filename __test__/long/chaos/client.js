'use strict';

/**
 * One client of the chaos test: sends requests over one connection after the other, and asks again for whatever had no
 * answer when a connection broke. Counts answers that are wrong, doubled or out of order.
 */

const { createHash, randomBytes } = require('node:crypto');

const net = require('../../..');
const { ANSWER_BYTES, HEADER_BYTES } = require('./protocol');

const SOURCE = randomBytes(1 << 20);
const SIZES = [0, 1, 40, 200, 1000, 5000, 60_000, 300_000];
const WINDOW = 6;
/** One request in so many is followed by a mishap on this side. */
const EVERY = 200;

class Client {
  #port;
  #dice;
  #nextId = 0;
  #isOver = false;
  /** Sent and not answered, in order. @type {Array<{ id: number, sha1: Buffer, body: Buffer }>} */
  #open = [];
  #rest = Buffer.alloc(0);
  /** @type {any} */
  #socket = null;
  /** @type {(() => void) | null} */
  #done = null;

  answered = 0;
  wrong = 0;
  /** @type {Record<string, number>} */
  injected = {};
  connections = 0;

  /** @param {number} port @param {() => number} dice */
  constructor(port, dice) {
    this.#port = port;
    this.#dice = dice;
  }

  start() {
    this.#connect();
  }

  /** @returns {Promise<void>} when the last request has its answer */
  finish() {
    this.#isOver = true;
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#settle();
    });
  }

  /** Requests without an answer. */
  get lost() {
    return this.#open.length;
  }

  #settle() {
    if (!this.#isOver || this.#open.length > 0) return;
    this.#socket.destroy();
    this.#done?.();
  }

  #connect() {
    this.connections += 1;
    this.#rest = Buffer.alloc(0);
    const socket = net.connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('close', () => {
      if (!this.#isOver || this.#open.length > 0) this.#connect();
    });
    // What had no answer is asked again, in order.
    for (const request of this.#open) this.#send(request);
    this.#fill();
  }

  #fill() {
    while (!this.#isOver && this.#open.length < WINDOW && this.#socket.writable) {
      const offset = this.#dice() % (SOURCE.length - 300_000);
      const body = SOURCE.subarray(offset, offset + SIZES[this.#dice() % SIZES.length]);
      const request = { id: this.#nextId, body, sha1: createHash('sha1').update(body).digest() };
      this.#nextId += 1;
      this.#open.push(request);
      this.#send(request);
    }
  }

  /** @param {{ id: number, body: Buffer }} request */
  #send({ id, body }) {
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(body.length, 0);
    header.writeUInt32LE(id, 4);
    // Each write may be the one that discovers a reset: the request is asked again over the next connection.
    net.safeSend(this.#socket, header);
    net.safeSend(this.#socket, body);
    if (this.#dice() % EVERY === 0) this.#misbehave();
  }

  #misbehave() {
    const socket = this.#socket;
    const mishaps = /** @type {Record<string, () => void>} */ ({
      'reset by the client': () => !socket.connecting && socket.resetAndDestroy(),
      'destroyed by the client': () => socket.destroy(),
      'ended by the client': () => socket.end(),
      'the client stops reading': () => {
        socket.pause();
        setTimeout(() => socket.resume(), 30);
      },
      'the client stops reading for a second': () => {
        socket.pause();
        setTimeout(() => socket.resume(), 1000);
      },
    });
    const names = Object.keys(mishaps);
    const name = names[this.#dice() % names.length];
    this.injected[name] = (this.injected[name] ?? 0) + 1;
    setImmediate(mishaps[name]);
  }

  /** @param {Buffer} chunk */
  #read(chunk) {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= ANSWER_BYTES) {
      const request = this.#open.shift();
      const isRight =
        request !== undefined &&
        this.#rest.readUInt32LE(0) === request.id &&
        request.sha1.equals(this.#rest.subarray(4, ANSWER_BYTES));
      if (isRight) this.answered += 1;
      else this.wrong += 1;
      this.#rest = this.#rest.subarray(ANSWER_BYTES);
    }
    this.#fill();
    this.#settle();
  }
}

module.exports = { Client };
