'use strict';

/**
 * waits-for-delivery.js safe-socket|net PORT [unref]
 *
 * Prints what delivered() says of a socket that does nothing else; the peer reads late, or never.
 */

const process = require('node:process');

const [implementation, port, unref] = process.argv.slice(2);
const net = require(implementation === 'net' ? 'node:net' : '../..');
const { delivered } = require('../..');

const socket = net.connect(Number(port), '127.0.0.1', async () => {
  // Less than our kernel takes, so that no write is pending.
  await new Promise((resolve) => socket.write(Buffer.alloc(300_000), resolve));
  if (unref) socket.unref();
  const { bytesDelivered } = await delivered(socket);
  console.log(bytesDelivered);
  socket.destroy();
});
socket.pause();
