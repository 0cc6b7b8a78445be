'use strict';

/**
 * Where too many sockets have gathered much, the oldest are sent. Callbacks that wait for that run at once: inside the
 * `write()` of another socket, to which they may do anything.
 */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { test } = require('node:test');

// A batch is also sent for its age: the clock stands still in the tick.
const { clock } = require('../support/clock');

const net = require('../..');

/** Batches of full size that may wait at a time, each of which a chunk of this length makes. */
const FULL_SIZED = 64;
const CHUNK = 'c'.repeat(3_000);
const LONG = 'd'.repeat(20_000);

/** What the callback does to the socket, and what its peer gets. @type {Record<string, [(socket: any) => void, string]>} */
const WAYS = {
  'corks it': [
    (socket) => {
      socket.cork();
      setImmediate(() => socket.uncork());
    },
    `12${CHUNK}`,
  ],
  'writes more than is gathered': [(socket) => socket.write(LONG), `12${LONG}${CHUNK}`],
};

for (const [name, [act, expected]] of Object.entries(WAYS)) {
  test(`a socket loses nothing when a callback ${name} inside its write()`, { timeout: 30_000 }, async (t) => {
    const server = net.createServer().listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    /** @type {any[]} */
    const pairs = [];
    t.after(() => pairs.flatMap(({ socket, peer }) => [socket, peer]).forEach((end) => end.destroy()));
    while (pairs.length <= FULL_SIZED) pairs.push(await connected(server));
    const [{ socket, peer }, oldest, ...others] = pairs;

    let calls = 0;
    let isWriting = false;
    let isInside = false;
    const callback = () => {
      calls += 1;
      if (!isWriting) return;
      isInside = true;
      act(socket);
    };
    clock.stop();
    // Gathered, and sent in the next tick. The callback's own tick, the third, has to answer for what the second writes.
    oldest.socket.write('1');
    oldest.socket.write('2');
    process.nextTick(() => {
      process.nextTick(() => {
        isWriting = true;
        for (const text of ['1', '2', CHUNK]) socket.write(text);
        isWriting = false;
        clock.start();
      });
      oldest.socket.write('4', callback);
      oldest.socket.write(CHUNK, callback);
      for (const other of others) for (const chunk of ['1', CHUNK]) other.socket.write(chunk);
    });
    oldest.socket.write('3', callback);

    let text = '';
    for await (const chunk of peer) {
      text += chunk;
      if (text.length >= expected.length) socket.end();
    }
    assert.equal(isInside, true);
    assert.equal(calls, 3);
    assert.equal(text, expected);
  });
}

/** @param {import('../..').Server} server */
async function connected(server) {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const socket = net.connect({ port, host: '127.0.0.1' });
  const [[peer]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
  return { socket, peer };
}
