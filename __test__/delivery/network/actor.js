'use strict';

/**
 * One end of a connection, in a process of its own, that does what it is told over IPC: `{ call, args }` is answered
 * with `{ value }` or `{ error }`.
 *
 *     actor.js listen            waits for one connection of Node's `net`
 *     actor.js safe-socket|net   connects with a socket of the package, or with a guarded one of `net`
 */

const nodeNet = require('node:net');
const process = require('node:process');
const { once } = require('node:events');

const safe = require('../../..');
const { native } = require('../../../lib/native/addon');

const [kind] = process.argv.slice(2);

/** @type {any} */
let socket;
/** @type {import('node:net').Server} */
let server;
/** Events that a program would see. @type {string[]} */
const events = [];
let looks = 0;

const commands = {
  async listen() {
    server = nodeNet.createServer({ allowHalfOpen: true, pauseOnConnect: true }, adopt);
    server.listen(0);
    await once(server, 'listening');
    return server.address().port;
  },

  /** Until the connection is there. */
  async accepted() {
    if (socket === undefined) await once(server, 'connection');
  },

  async connect(port, host, options) {
    const settings = { port, host, ...options };
    adopt(kind === 'net' ? safe.safeSocket(nodeNet.connect(settings)) : safe.connect(settings));
    await once(socket, 'connect');
  },

  write(size) {
    return new Promise((resolve) => {
      socket.write(Buffer.alloc(size, 'x'), (error) => events.push(`write ${error?.code ?? 'ok'}`));
      resolve(socket.bytesWritten);
    });
  },

  async delivered(options) {
    countLooks();
    const before = performance.now();
    try {
      const outcome = await safe.delivered(socket, options);
      return { ...outcome, looks, elapsedMs: performance.now() - before };
    } catch (error) {
      const { code, endedBy, bytesDelivered, bytesUndelivered } = error;
      return { code, endedBy, bytesDelivered, bytesUndelivered, looks, elapsedMs: performance.now() - before };
    }
  },

  closeGracefully: (options) => safe.closeGracefully(socket, options),
  end: () => void socket.end(),
  read: () => void socket.resume(),
  destroy: () => void socket.destroy(),
  peerState: () => safe.peerState(socket),
  setUserTimeout: (ms) => void socket.setUserTimeout(ms),
  tcpInfo: () => safe.tcpInfo(socket),
  state: () => ({ events, written: socket.bytesWritten, accepted: socket.bytesAccepted, destroyed: socket.destroyed }),

  /** What our kernel has received. It stays true after a reset, until the descriptor is closed. */
  received: () => safe.tcpInfo(socket).bytesReceived,
};

function adopt(connection) {
  socket = connection;
  for (const name of ['end', 'finish', 'close']) socket.on(name, () => events.push(name));
  socket.on('error', (error) => events.push(`error ${error.code}`));
}

/** A look is a wake-up. */
function countLooks() {
  looks = 0;
  const binding = native();
  for (const name of ['streamLook', 'fdLook']) {
    const look = Object.getOwnPropertyDescriptor(binding, name)?.value;
    if (look.isCounted) continue;
    binding[name] = Object.assign((...args) => ((looks += 1), look(...args)), { isCounted: true });
  }
}

process.on('message', async ({ id, call, args }) => {
  try {
    process.send?.({ id, value: await commands[call](...args) });
  } catch (error) {
    process.send?.({ id, error: error.stack });
  }
});
process.on('disconnect', () => process.exit());
