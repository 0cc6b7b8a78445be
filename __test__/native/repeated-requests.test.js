'use strict';

/** The queue of sockets that have something to do holds each of them once, however often they are told within a tick. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const process = require('node:process');
const { test } = require('node:test');

const { Stream, eventLoop } = require('../../lib/native/addon');

const CALLS = 3_000_000;
/** Eight bytes for each call would be 24 MiB. */
const BOUND = 8 << 20;

test(`a socket that is told ${CALLS} times in a tick to do something takes no memory for it`, async (t) => {
  const server = net.createServer((peer) => peer.resume());
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());

  const stream = new Stream(eventLoop(), 'tcp');
  t.after(() => stream.close());
  assert.equal(stream.connect('127.0.0.1', port), 0);
  for (let call = 0; call < CALLS / 10; call += 1) stream.shutdown();
  const before = process.memoryUsage.rss();
  for (let call = 0; call < CALLS; call += 1) stream.shutdown();
  const grown = process.memoryUsage.rss() - before;
  assert.ok(grown < BOUND, `${(grown / (1 << 20)).toFixed(1)} MiB`);
});
