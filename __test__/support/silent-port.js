'use strict';

/** Ports at which a connection is answered, and at which it is not. */

const { once } = require('node:events');
const net = require('node:net');
const { Worker } = require('node:worker_threads');

/**
 * @param {any} t
 * @param {string} host
 * @param {number} [port]
 * @returns {Promise<number>}
 */
async function listeningPort(t, host, port = 0) {
  const server = net.createServer((socket) => socket.on('error', () => {})).listen(port, host);
  t.after(() => server.close());
  await once(server, 'listening');
  return /** @type {net.AddressInfo} */ (server.address()).port;
}

/**
 * A server whose thread does not wake up and whose backlog is full: the kernel drops what else wants to connect.
 *
 * @param {any} t
 * @param {string} host
 * @returns {Promise<number>}
 */
async function silentPort(t, host) {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const server = require('node:net').createServer();
     server.listen({ port: 0, host: ${JSON.stringify(host)}, backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     });`,
    { eval: true },
  );
  t.after(() => worker.terminate());
  const [port] = await once(worker, 'message');
  for (let connections = 0; connections < 2; connections += 1) {
    const socket = net.connect(port, host);
    await once(socket, 'connect');
    socket.on('error', () => {});
    t.after(() => socket.destroy());
  }
  return port;
}

module.exports = { listeningPort, silentPort };
