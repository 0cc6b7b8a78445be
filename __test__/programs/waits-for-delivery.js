'use strict';

/**
 * waits-for-delivery.js safe-socket|net PORT [before|meanwhile|back]
 *
 * Prints what delivered() says of a socket that does nothing else; the peer reads late, or never. The socket is unref'd
 * before the question, or after it, or for a while.
 */

const process = require('node:process');

const [implementation, port, unrefs] = process.argv.slice(2);
const net = require(implementation === 'net' ? 'node:net' : '../..');
const { delivered } = require('../..');

const socket = net.connect(Number(port), '127.0.0.1', async () => {
  // Less than our kernel takes, so that no write is pending.
  await new Promise((resolve) => socket.write(Buffer.alloc(300_000), resolve));
  if (unrefs === 'before') socket.unref();
  const waiting = delivered(socket, { timeout: 60_000 });
  if (unrefs === 'meanwhile') socket.unref();
  if (unrefs === 'back') {
    socket.unref();
    // When the watch has slept three times, and looks as seldom as it ever will.
    setTimeout(() => socket.ref(), 100);
  }
  console.log((await waiting).bytesDelivered);
  socket.destroy();
});
socket.pause();
