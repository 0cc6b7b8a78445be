'use strict';

/**
 * What the measured process does, whatever module its sockets come from: a server for each kind of
 * workload, and one client. Each file beside this one says which module that is.
 */

const http = require('node:http');

const WRITES_PER_REQUEST = 32;
const WRITE_TEXT = 'x'.repeat(32);
/** 32 bytes in UTF-8, and not in Latin-1. */
const WRITE_TEXT_UTF8 = 'é'.repeat(16);
const CHUNK = Buffer.alloc(64 * 1024, 'x');
const LIVE_OBJECTS = 500_000;
/** @type {unknown[] | undefined} */
let live;

/**
 * @typedef {(socket: any) => void} Handler
 * @typedef {{ createServer: (handler: Handler) => any, connect: (port: number) => any }} Net
 */

/**
 * @param {string | Buffer} data
 * @param {BufferEncoding} [encoding]
 * @returns {Handler} answers each request with 32 writes
 */
function manyWrites(data, encoding) {
  return (socket) => {
    // With Nagle's algorithm the second write would wait for the peer's delayed ACK: 40 ms for everybody.
    socket.setNoDelay(true);
    socket.on('data', () => {
      for (let i = 0; i < WRITES_PER_REQUEST; i += 1) socket.write(data, encoding);
    });
  };
}

/** @param {any} socket */
function keepFull(socket) {
  const fill = () => {
    while (socket.writable && socket.write(CHUNK));
  };
  socket.on('drain', fill);
  fill();
}

/** @type {Record<string, Handler>} */
const handlers = {
  echo(socket) {
    socket.on('data', (/** @type {Buffer} */ chunk) => socket.write(chunk));
  },

  'echo-pipe'(socket) {
    socket.pipe(socket);
  },

  'writes-buffer': manyWrites(Buffer.from(WRITE_TEXT)),
  'writes-latin1': manyWrites(WRITE_TEXT, 'latin1'),
  'writes-utf8': manyWrites(WRITE_TEXT_UTF8),

  /** What a program does that cares: the yardstick for gathering. */
  'writes-corked'(socket) {
    const data = Buffer.from(WRITE_TEXT);
    socket.setNoDelay(true);
    socket.on('data', () => {
      socket.cork();
      for (let i = 0; i < WRITES_PER_REQUEST; i += 1) socket.write(data);
      socket.uncork();
    });
  },

  source: keepFull,

  sink(socket) {
    socket.on('data', () => {});
  },

  /** The same in a program that holds as many objects as one in production: what the garbage of a stream costs there. */
  'sink-live'(socket) {
    live ??= Array.from({ length: LIVE_OBJECTS }, (_, i) => ({ i, list: [i] }));
    socket.on('data', () => {});
  },

  /** Collects garbage when told to, so that memory means memory. */
  idle(socket) {
    socket.on('data', (/** @type {Buffer} */ chunk) => {
      for (let i = 0; i < 4; i += 1) globalThis.gc?.();
      socket.write(chunk);
    });
  },
};

/**
 * @param {Net} net
 * @returns {any} a server of which `http.createServer()` gets the sockets
 */
function httpServer(net) {
  const body = JSON.stringify({ hello: 'world' });
  const server = http.createServer((_request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Content-Length', body.length);
    response.end(body);
  });
  return net.createServer((socket) => server.emit('connection', socket));
}

/**
 * Connects, sends one message, reads its echo and closes, again and again, some at a time.
 *
 * @param {Net} net
 * @param {number} port
 */
function connectForEver(net, port) {
  const message = Buffer.alloc(64, 'x');
  const next = () => {
    const socket = net.connect(port);
    socket.on('connect', () => socket.write(message));
    socket.on('data', () => socket.end());
    socket.on('close', next);
    socket.on('error', ignore);
  };
  for (let i = 0; i < 32; i += 1) next();
}

function ignore() {}

/**
 * Runs the workload that the command line names, and prints the port where there is one.
 *
 * @param {Net} net
 */
function run(net) {
  const [, , workload, port] = process.argv;
  if (workload === 'connect-client') {
    connectForEver(net, Number(port));
    return;
  }
  const server =
    workload === 'http'
      ? httpServer(net)
      : net.createServer((socket) => {
          socket.on('error', ignore);
          handlers[workload](socket);
        });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
    console.log(JSON.stringify({ port: server.address().port }));
  });
}

module.exports = { run };
