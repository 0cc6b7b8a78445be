'use strict';

/** Where too many sockets have gathered much, the oldest are sent; but not the one whose write it was. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { test } = require('node:test');

// A batch is also sent for its age: the clock stands still in the tick.
const { clock } = require('../support/clock');

const net = require('../..');

/** Batches of full size that may wait at a time, each of which a chunk of this length makes. */
const FULL_SIZED = 64;
const CHUNK = 'c'.repeat(3_000);

test(
  'a socket that waits first, and grows when there are too many, loses nothing and sends in order',
  { timeout: 30_000 },
  async (t) => {
    const server = net.createServer().listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const oldest = await connected(server);
    /** @type {Array<typeof oldest>} */
    const others = [];
    t.after(() => [oldest, ...others].forEach(({ socket }) => socket.destroy()));
    while (others.length < FULL_SIZED) others.push(await connected(server));

    clock.stop();
    // The first of a tick leaves at once, the second waits.
    for (const text of ['1', '2']) oldest.socket.write(text);
    for (const { socket } of others) for (const chunk of ['1', CHUNK]) socket.write(chunk);
    oldest.socket.write(CHUNK);
    oldest.socket.write('4');
    clock.start();

    await assertText(oldest, `12${CHUNK}4`);
    for (const pair of others) await assertText(pair, `1${CHUNK}`);
  },
);

/** @param {import('../..').Server} server */
async function connected(server) {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const socket = net.connect({ port, host: '127.0.0.1' });
  const [[peer]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
  return { socket, peer };
}

/**
 * That the text arrives before the socket ends, which would send what waits.
 *
 * @param {{ socket: any, peer: AsyncIterable<Buffer> }} pair
 * @param {string} expected
 */
async function assertText({ socket, peer }, expected) {
  let text = '';
  for await (const chunk of peer) {
    text += chunk;
    if (text.length === expected.length) socket.end();
  }
  assert.equal(text, expected);
}
