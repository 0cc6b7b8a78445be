'use strict';

/** Connections that are opened, used and closed, in every way that there is, over many addresses of the loopback. */

const { once } = require('node:events');
const process = require('node:process');

const net = require('../../..');

/** At a time. */
const CONCURRENCY = 64;

/** Each has some 28,000 ports, which wait a minute after use. */
const ADDRESSES = process.platform === 'linux' ? 250 : 1;

const MESSAGE = Buffer.alloc(2000, 'x');

/**
 * How a connection ends; the first byte that the client sends says it to the server.
 *
 * @type {Array<{ name: string, server: (socket: any) => void, client: (socket: any) => void }>}
 */
const ENDINGS = [
  { name: 'FIN of the client', server: (socket) => socket.write(MESSAGE), client: (socket) => socket.end() },
  { name: 'FIN of the server', server: (socket) => socket.end(MESSAGE), client: () => {} },
  {
    name: 'RST of the client',
    server: (socket) => socket.write(MESSAGE),
    client: (socket) => socket.resetAndDestroy(),
  },
  { name: 'RST of the server', server: (socket) => socket.resetAndDestroy(), client: () => {} },
  {
    name: 'destroy() with unread bytes',
    server: (socket) => socket.write(MESSAGE),
    client: (socket) => socket.destroy(),
  },
  {
    name: 'destroy() with writes pending',
    server: (socket) => {
      socket.pause().write(MESSAGE);
      // Who does not read does not learn of the end.
      setTimeout(() => socket.resume(), 20);
    },
    client: (socket) => {
      for (let i = 0; i < 5; i += 1) socket.write(MESSAGE);
      socket.destroy();
    },
  },
  {
    name: 'timeout',
    server: (socket) => socket.write(MESSAGE),
    client: (socket) => socket.setTimeout(5, () => socket.destroy()),
  },
  {
    name: 'half-open',
    server: (socket) => {
      socket.allowHalfOpen = true;
      socket.on('end', () => socket.end(MESSAGE));
      socket.write(MESSAGE);
    },
    client: (socket) => socket.end('last'),
  },
  {
    name: 'refused write',
    server: (socket) => socket.write(MESSAGE),
    client: (socket) => {
      socket.end();
      try {
        socket.write('too late');
      } catch {
        // SocketAlreadyEndedError, with its stack.
      }
    },
  },
];

/** @returns {Promise<any>} a server that ends its connections as it is told */
async function startServer() {
  const server = net.createServer((socket) => {
    socket.on('error', ignore);
    socket.once('data', (chunk) => ENDINGS[chunk[0]].server(socket));
    socket.resume();
  });
  server.listen({ port: 0, host: ADDRESSES > 1 ? '0.0.0.0' : '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  return server;
}

function ignore() {}

/**
 * @param {any} server
 * @param {number} count
 * @param {(socket: any) => void} [plant] sees every client
 */
async function connections(server, count, plant = ignore) {
  const { port } = server.address();
  let begun = 0;
  const lane = async () => {
    while (begun < count) {
      const number = begun;
      begun += 1;
      await connection(port, number, plant);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  // The last servers' sides.
  while (server._connections > 0) await new Promise((resolve) => setTimeout(resolve, 10));
}

/**
 * @param {number} port
 * @param {number} number
 * @param {(socket: any) => void} plant
 */
function connection(port, number, plant) {
  const kind = number % ENDINGS.length;
  const host = `127.0.0.${1 + (number % ADDRESSES)}`;
  return new Promise((resolve) => {
    const socket = net.connect({ port, host });
    plant(socket);
    socket.on('error', ignore);
    socket.on('close', resolve);
    socket.once('data', () => ENDINGS[kind].client(socket));
    socket.write(Buffer.from([kind]));
  });
}

module.exports = { connections, endings: ENDINGS.map(({ name }) => name), startServer };
