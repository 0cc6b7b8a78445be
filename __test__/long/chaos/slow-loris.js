'use strict';

const net = require('node:net');

const { HEADER_BYTES } = require('./protocol');

const BYTE_EVERY_MS = 50;
const AGAIN_AFTER_MS = 100;
/** Longer than anybody waits for. */
const BODY_BYTES = 1 << 30;

/** A peer that begins a request and never ends it: a byte now and then, for as long as it is let. */
class SlowLoris {
  #port;
  bytes = 0;

  /** @param {number} port */
  constructor(port) {
    this.#port = port;
  }

  start() {
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(BODY_BYTES, 0);
    const socket = net.connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    const drip = setInterval(() => {
      if (!socket.writable) return;
      socket.write(header.subarray(this.bytes % HEADER_BYTES, (this.bytes % HEADER_BYTES) + 1));
      this.bytes += 1;
    }, BYTE_EVERY_MS);
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(drip);
      setTimeout(() => this.start(), AGAIN_AFTER_MS);
    });
  }
}

module.exports = { SlowLoris };
