'use strict';

/**
 * node service.js SEED: the service that the chaos test talks to. A request is a length, an id and so many bytes; the
 * answer is the id and their SHA-1. Now and then it resets, destroys or half-closes a connection, or stands still.
 */

const { createHash } = require('node:crypto');
const process = require('node:process');

const net = require('../../..');
const { HEADER_BYTES, random } = require('./protocol');

const dice = random(Number(process.argv[2]));

/** How many requests come before one mishap. */
const EVERY = 150;

/** @type {Record<string, number>} */
const injected = {};

/** @type {Record<string, (socket: any) => void>} */
const MISHAPS = {
  'reset by the service': (socket) => socket.resetAndDestroy(),
  'destroyed by the service': (socket) => socket.destroy(),
  'ended by the service': (socket) => socket.end(),
  'half an answer, then reset': (socket) => {
    socket.write(Buffer.alloc(7));
    socket.resetAndDestroy();
  },
  'the service stands still': () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20),
  'the service stops reading': (socket) => {
    socket.pause();
    setTimeout(() => socket.resume(), 30);
  },
};

const server = net.createServer({ noDelay: true }, (socket) => {
  let rest = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER_BYTES && socket.writable) {
      const length = rest.readUInt32LE(0);
      if (rest.length < HEADER_BYTES + length) return;
      answer(socket, rest.subarray(4, HEADER_BYTES), rest.subarray(HEADER_BYTES, HEADER_BYTES + length));
      rest = rest.subarray(HEADER_BYTES + length);
    }
  });
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  process.send?.({ port: /** @type {any} */ (server.address()).port });
});
process.on('message', () => process.send?.({ injected }));
process.on('disconnect', () => process.exit());

/** @param {any} socket @param {Buffer} id @param {Buffer} body */
function answer(socket, id, body) {
  if (dice() % EVERY === 0) {
    const names = Object.keys(MISHAPS);
    const name = names[dice() % names.length];
    injected[name] = (injected[name] ?? 0) + 1;
    MISHAPS[name](socket);
    if (!socket.writable) return;
  }
  // Each write may be the one that discovers a reset.
  net.safeSend(socket, id);
  net.safeSend(socket, createHash('sha1').update(body).digest());
}
