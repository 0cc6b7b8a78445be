'use strict';

/**
 * A graceful shutdown that knows how it went: on SIGTERM the server takes no more connections, finishes what it was
 * sending, and waits until the peers' kernels have acknowledged every byte, or a deadline. Who writes afterwards is told.
 */

const { closeGracefully, connect, listen } = require('safe-socket/promises');
const { safeSend } = require('safe-socket');

const DEADLINE_MS = 500;
const HOST = '127.0.0.1';
const REPORT = 'x'.repeat(8_000_000);

/** @type {Set<import('safe-socket').Socket>} */
const sockets = new Set();

/** @param {import('safe-socket').Server} server */
async function shutDown(server) {
  server.close();
  const ends = [...sockets].map(async (socket) => {
    const closing = closeGracefully(socket, { timeout: DEADLINE_MS });
    if (!safeSend(socket, 'one more thing')) console.log('a late message is refused');
    return closing;
  });
  for (const { endedBy, bytesDelivered, bytesUndelivered } of await Promise.all(ends)) {
    const isComplete = bytesUndelivered === 0 && bytesDelivered === REPORT.length;
    console.log(`ended by ${endedBy}: ${isComplete ? 'all of the report arrived' : 'some of the report is lost'}`);
  }
}

async function main() {
  const server = await listen({ port: 0, host: HOST }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.write(REPORT);
    if (sockets.size === 2) process.kill(process.pid, 'SIGTERM');
  });
  process.once('SIGTERM', () => shutDown(server));

  const { port } = server.address();
  const attentive = await connect(port, HOST);
  attentive.resume();
  // It never reads, and its kernel takes no more than fits.
  const asleep = await connect(port, HOST);
  asleep.on('error', () => asleep.destroy());
}

main();
