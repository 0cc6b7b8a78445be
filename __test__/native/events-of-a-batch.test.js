'use strict';

/**
 * How events enter JavaScript: each in a callback scope of its own, whatever came in one batch.
 *
 * A batch is made by writing to many sockets in one tick: the event loop then finds them all ready
 * at once.
 */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const process = require('node:process');
const { test } = require('node:test');

const net = require('../..');

const SOCKETS = 20;

test('nextTick and promise jobs run between two events of a batch', async (t) => {
  const { clients, broadcast } = await connected(t, SOCKETS);
  /** @type {string[]} */
  const seen = [];
  const all = Promise.all(clients.map((client) => once(client, 'data')));
  clients.forEach((client, i) => {
    client.on('data', () => {
      seen.push(`data ${i}`);
      process.nextTick(() => seen.push(`tick ${i}`));
      Promise.resolve().then(() => seen.push(`job ${i}`));
    });
  });
  broadcast('x');
  await all;
  for (let i = 0; i < seen.length; i += 3) {
    const number = seen[i].split(' ')[1];
    assert.deepEqual(seen.slice(i, i + 3), [`data ${number}`, `tick ${number}`, `job ${number}`]);
  }
  assert.equal(seen.length, 3 * SOCKETS);
});

test('a throwing handler becomes an uncaughtException and the other sockets of the batch go on', async (t) => {
  const { clients, broadcast } = await connected(t, SOCKETS);
  /** @type {unknown[]} */
  const caught = [];
  const onUncaught = (/** @type {unknown} */ error) => caught.push(error);
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', onUncaught);
  t.after(() => {
    process.removeListener('uncaughtException', onUncaught);
    for (const listener of others) process.on('uncaughtException', listener);
  });

  // Counted in the handlers themselves: a listener that throws keeps the next ones from being called.
  let received = 0;
  const done = new Promise((resolve) => {
    clients.forEach((client, i) => {
      client.on('data', () => {
        received += 1;
        if (received === SOCKETS) broadcast('second');
        if (received === 2 * SOCKETS) resolve(undefined);
        if (i % 2 === 0) throw new Error(`thrown by ${i}`);
      });
    });
  });
  broadcast('first');
  await done;
  // The exception of the very last event may still be on its way.
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(caught.length, SOCKETS, String(caught[0]));
  const messages = new Set(caught.map((error) => /** @type {Error} */ (error).message));
  assert.equal(messages.size, SOCKETS / 2);
});

test('a handler that destroys other sockets of the batch is obeyed at once', async (t) => {
  const { clients, broadcast } = await connected(t, SOCKETS);
  const closed = Promise.all(clients.map((client) => once(client, 'close')));
  /** @type {import('node:net').Socket[]} */
  const heard = [];
  for (const client of clients) {
    client.on('data', () => {
      heard.push(client);
      for (const other of clients) other.destroy();
    });
  }
  broadcast('x');
  await closed;
  assert.equal(heard.length, 1);
});

test('an exception in a close handler does not keep the next socket from closing', async (t) => {
  const { clients } = await connected(t, 2);
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const caught = once(process, 'uncaughtException');
  t.after(() => {
    for (const listener of others) process.on('uncaughtException', listener);
  });
  const [first, second] = clients;
  const closed = Promise.all([once(first, 'close'), once(second, 'close')]);
  for (const client of clients) {
    client.once('close', () => {
      if (client === first) throw new Error('thrown in close');
    });
    client.destroy();
  }
  await closed;
  const [error] = await caught;
  assert.equal(error.message, 'thrown in close');
});

/**
 * As many clients of one server, and a way to write to all of them in one tick.
 *
 * @param {import('node:test').TestContext} t
 * @param {number} count
 */
async function connected(t, count) {
  /** @type {import('node:net').Socket[]} */
  const accepted = [];
  const server = net.createServer((socket) => {
    accepted.push(socket.on('error', () => {}));
    if (accepted.length === count) server.emit('all');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const all = once(server, 'all');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const clients = Array.from({ length: count }, () => net.connect(port, '127.0.0.1'));
  t.after(() => {
    for (const socket of [...clients, ...accepted]) socket.destroy();
    server.close();
  });
  await Promise.all([all, ...clients.map((client) => once(client, 'connect'))]);
  return {
    clients,
    broadcast(/** @type {string} */ data) {
      for (const socket of accepted) socket.write(data);
    },
  };
}
