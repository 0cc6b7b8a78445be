'use strict';

/**
 * A service as there are many: it sends each client a heartbeat, and forgets to stop when the client is gone. Node says
 * nothing. Run it under the report, which shows every socket on a time line, and who wrote when it was over:
 * `SAFE_SOCKET_ON_REFUSED=drop npx safe-socket --html report.html examples/heartbeats.js`
 */

const { once } = require('node:events');
const net = require('node:net');

const BEAT_MS = 40;
const BEATS = 20;

/** How long each client stays, and how it goes. */
const CLIENTS = [
  { ms: 620, leave: (socket) => socket.end() },
  { ms: 210, leave: (socket) => socket.resetAndDestroy() },
  { ms: 480, leave: (socket) => socket.write('quit') },
  { ms: 700, leave: (socket) => socket.write('quit') },
  { ms: 330, leave: (socket) => socket.end() },
  { ms: 560, leave: (socket) => socket.resetAndDestroy() },
];

const server = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', function goodbye() {
    socket.end('bye\n');
  });
  sendHeartbeats(socket);
});

/** @param {net.Socket} socket */
function sendHeartbeats(socket) {
  let beats = 0;
  const timer = setInterval(function beat() {
    beats += 1;
    socket.write('still here\n', () => {});
    if (beats === BEATS) clearInterval(timer);
  }, BEAT_MS);
}

async function main() {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  for (const { ms, leave } of CLIENTS) {
    const client = net.connect(port, '127.0.0.1').resume();
    client.on('error', () => {});
    setTimeout(leave, ms, client);
    await once(client, 'connect');
  }
  setTimeout(() => server.close(), BEAT_MS * BEATS);
}

main();
