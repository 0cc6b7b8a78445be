'use strict';

/** What Node's own diagnostics channels for `net` get, from `net` and from this package in the same run. */

const assert = require('node:assert/strict');
const diagnostics = require('node:diagnostics_channel');
const { once } = require('node:events');
const net = require('node:net');
const { describe, test } = require('node:test');

const safe = require('../..');

const LISTEN = ['asyncStart', 'asyncEnd', 'error'].map((stage) => `tracing:net.server.listen:${stage}`);
const CHANNELS = ['net.client.socket', 'net.server.socket', ...LISTEN];

/** @type {Record<string, (implementation: typeof net, t: import('node:test').TestContext) => Promise<unknown>>} */
const CASES = {
  async 'of a connection are told of both ends'(implementation, t) {
    const server = await listening(t, implementation);
    const accepted = once(server, 'connection');
    const socket = implementation.connect(server.address());
    await Promise.all([accepted, once(socket, 'connect')]);
    socket.destroy();
  },

  async 'of a listening server are told how it listens'(implementation, t) {
    await listening(t, implementation);
  },

  async 'of a server that cannot listen are told its error'(implementation, t) {
    const { port } = (await listening(t, implementation)).address();
    const server = implementation.createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'error').catch(() => {});
  },
};

describe('the channels of net', () => {
  for (const [title, perform] of Object.entries(CASES)) {
    test(title, async (t) => {
      const expected = await toldOf(net, () => perform(net, t));
      assert.ok(expected.length > 0);
      assert.deepEqual(await toldOf(safe, () => perform(/** @type {any} */ (safe), t)), expected);
    });
  }
});

/** Each message while `perform` runs: its channel, the keys of the message, and of what class its values are. */
async function toldOf({ Socket, Server }, perform) {
  const told = [];
  const listeners = CHANNELS.map((name) => {
    const listener = (message) =>
      told.push([name, Object.entries(message).map(([key, value]) => [key, kindOf(value)])]);
    diagnostics.subscribe(name, listener);
    return () => diagnostics.unsubscribe(name, listener);
  });
  try {
    await perform();
  } finally {
    for (const unsubscribe of listeners) unsubscribe();
  }
  return told;

  function kindOf(value) {
    if (value instanceof Error) return value.message.replace(/\d+$/, '…');
    if (value instanceof Socket) return 'socket';
    if (value instanceof Server) return 'server';
    return Object.keys(value);
  }
}

async function listening(t, { createServer }) {
  const server = createServer();
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
