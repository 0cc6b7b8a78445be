'use strict';

/** What the tests of real programs share: Node's servers with our sockets under them. */

const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const safe = require('../..');

const FIXTURES = path.join(__dirname, '..', 'fixtures');
const identity = {
  key: fs.readFileSync(path.join(FIXTURES, 'key.pem')),
  cert: fs.readFileSync(path.join(FIXTURES, 'cert.pem')),
};

/**
 * A server of ours, closed with all its connections when the test is over.
 *
 * @param {import('node:test').TestContext} t
 * @param {(socket: import('node:net').Socket) => void} onConnection
 * @param {object} [options]
 */
async function listening(t, onConnection, options = {}) {
  const sockets = new Set();
  const server = safe.createServer(options, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return server.address().port;
}

/**
 * An HTTP server on accepted sockets of ours, and an agent that connects with them.
 *
 * @param {import('node:test').TestContext} t
 * @param {http.RequestListener} [onRequest]
 */
async function httpOver(t, onRequest) {
  const server = http.createServer(onRequest);
  const port = await listening(t, (socket) => server.emit('connection', socket), { allowHalfOpen: true });
  const agent = new http.Agent({ keepAlive: true });
  agent.createConnection = (options, callback) => safe.createConnection({ ...options, host: '127.0.0.1' }, callback);
  t.after(() => agent.destroy());
  return { server, agent, port };
}

module.exports = { listening, httpOver, identity };
