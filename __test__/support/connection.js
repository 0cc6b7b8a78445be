'use strict';

/** One connection for one test, and the two ends of it. */

const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

/**
 * @param {any} t
 * @param {(options: any) => any} connect makes the one end
 * @param {any} [server] accepts the other; by default one of Node's
 * @param {boolean} [isPath] over a Unix-domain socket
 * @returns {Promise<{ socket: any, peer: any }>}
 */
async function connected(t, connect, server = net.createServer(), isPath = false) {
  t.after(() => server.close());
  server.listen(isPath ? { path: freshPath(t) } : { port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  const accepted = once(server, 'connection');
  const socket = connect(isPath ? { path: address } : { port: address.port, host: '127.0.0.1' });
  t.after(() => socket.destroy());
  const [peer] = await accepted;
  t.after(() => peer.destroy());
  if (socket.connecting) await once(socket, 'connect');
  return { socket, peer };
}

/**
 * With the other end in the test's hand: a paused socket of Node's that may stay half open. What goes wrong is seen by
 * other means than 'error'.
 *
 * @param {any} t
 * @param {(options: any) => any} connect
 * @param {boolean} [isPath]
 * @returns {Promise<{ ours: any, theirs: any }>}
 */
async function connectedToPaused(t, connect, isPath) {
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true });
  const { socket, peer } = await connected(t, connect, server, isPath);
  peer.on('error', () => {});
  return { ours: socket, theirs: peer };
}

/** @param {any} t */
function freshPath(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-socket-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  return path.join(folder, 'socket');
}

module.exports = { connected, connectedToPaused };
