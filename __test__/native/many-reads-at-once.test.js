'use strict';

/** What one turn of the event loop leaves over, as it must come to its end, is done in the next, though nothing else happens. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');

const safe = require('../..');

/** A stream has 32 events in a turn. */
const EVENTS = 200;
const SIZE = 8;

test('a stream with more reads than a turn has for one hears of all of them', { timeout: 60_000 }, async (t) => {
  const server = net.createServer((peer) => {
    peer.on('error', () => {}).write(Buffer.alloc(EVENTS * SIZE));
  });
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  let events = 0;
  await new Promise((resolve) => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const callback = () => {
      events += 1;
      if (events === EVENTS) resolve(undefined);
      return true;
    };
    const socket = safe.connect({ port, host: '127.0.0.1', onread: { buffer: Buffer.alloc(SIZE), callback } });
    t.after(() => socket.destroy());
  });
  assert.equal(events, EVENTS);
});
