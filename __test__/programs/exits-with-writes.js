'use strict';

/**
 * exits-with-writes.js safe-socket|net PORT HOW
 *
 * Writes to a server until the kernel takes no more, and then leaves, without waiting for anything.
 */

const process = require('node:process');

const [implementation, port, how] = process.argv.slice(2);
const net = require(implementation === 'net' ? 'node:net' : '../..');
const safe = require('../..');

const LINES = 2000;
const AT_EXIT = "a listener of 'exit'";

// Before the package can have a listener of its own; and nothing else is written before.
if (how === AT_EXIT) process.on('exit', writeLines);

const socket = net.connect(Number(port), '127.0.0.1', () => {
  if (how === AT_EXIT) return process.exit(0);
  writeLines();
  switch (how) {
    case 'process.exit()':
      return process.exit(0);
    case 'an uncaught exception':
      throw new Error('nobody catches this');
    case 'an unhandled rejection':
      return void Promise.reject(new Error('nobody catches this'));
    case 'SIGTERM with a handler':
      process.once('SIGTERM', () => process.exit(0));
      return process.kill(process.pid, 'SIGTERM');
    case 'flushBeforeExit()':
      if (implementation === 'net') safe.safeSocket(socket);
      socket.write(Buffer.alloc(8_000_000, 'x'));
      return safe.flushBeforeExit({ timeout: 10_000 }).then(({ delivered, failed }) => {
        process.exit(delivered === 1 && failed.length === 0 ? 0 : 2);
      });
    default:
      return undefined;
  }
});

function writeLines() {
  for (let i = 0; i < LINES; i += 1) socket.write(`${i}\n`);
}
