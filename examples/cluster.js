'use strict';

/**
 * Workers that share one port: each listens on it with `reusePort`, and the kernel spreads the connections. No worker
 * waits for another, and the primary passes no sockets around. One of them is told to leave, and takes its leave
 * properly.
 */

const cluster = require('node:cluster');
const { once } = require('node:events');
const { text } = require('node:stream/consumers');

const { connect, listen } = require('safe-socket/promises');

const WORKERS = 2;
const MAX_TRIES = 1000;
const HOST = '127.0.0.1';

async function work() {
  const server = await listen({ port: Number(process.env.PORT), host: HOST, reusePort: true }, (socket) => {
    socket.on('error', () => {});
    socket.end(`worker ${process.env.NUMBER}`);
  });
  process.on('message', () => server.close(() => process.disconnect()));
  process.send('listening');
}

/** @returns {Promise<number>} a port that nobody has */
async function freePort() {
  const server = await listen({ port: 0, host: HOST });
  const { port } = server.address();
  await once(server.close(), 'close');
  return port;
}

/**
 * @param {number} port
 * @param {number} wanted
 * @returns {Promise<string[]>} who has answered, when so many have
 */
async function answers(port, wanted) {
  const seen = new Set();
  for (let tries = 0; seen.size < wanted && tries < MAX_TRIES; tries += 1)
    seen.add(await text(await connect(port, HOST)));
  return [...seen].sort();
}

async function main() {
  const port = await freePort();
  const env = (number) => ({ PORT: String(port), NUMBER: String(number) });
  const workers = Array.from({ length: WORKERS }, (_, index) => cluster.fork(env(index + 1)));
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  console.log(`answered by: ${(await answers(port, WORKERS)).join(', ')}`);

  for (const worker of workers) {
    worker.send('leave');
    const [code] = await once(worker, 'exit');
    console.log(`left with exit code ${code}`);
  }
}

if (cluster.isPrimary) main();
else work();
