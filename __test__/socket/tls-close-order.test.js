'use strict';

/** The socket below a TLSSocket closes before it, whichever side ends the connection, and however. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');
const tls = require('node:tls');

const safeSocket = require('../..');
const { credentials } = require('../support/tls');

/** @type {Record<string, (client: import('node:tls').TLSSocket) => void>} */
const ENDINGS = {
  'end()': (client) => void client.end(),
  'destroy()': (client) => void client.destroy(),
  'destroy(error)': (client) => void client.destroy(new Error('on purpose')),
};

for (const [ending, end] of Object.entries(ENDINGS)) {
  test(
    `after ${ending} of a TLS client the closes of both sides come in the order of net`,
    { timeout: 150_000 },
    async (t) => {
      const expected = await closes(t, net, end);
      assert.deepEqual(await closes(t, safeSocket, end), expected);
    },
  );
}

/**
 * @param {import('node:test').TestContext} t
 * @param {any} subject what the sockets below are made of
 * @param {(client: import('node:tls').TLSSocket) => void} end
 */
async function closes(t, subject, end) {
  /** @type {Record<string, string[]>} by side: the other process would be another one, as a rule */
  const seen = { client: [], server: [] };
  const watch = (/** @type {'client' | 'server'} */ side, /** @type {any} */ raw, /** @type {any} */ secure) => {
    raw.on('close', () => seen[side].push('raw'));
    secure.on('close', () => seen[side].push('secure'));
    for (const socket of [raw, secure]) socket.on('error', () => {});
    return Promise.all([raw, secure].map((socket) => new Promise((resolve) => socket.on('close', resolve))));
  };
  const server = subject.createServer();
  t.after(() => server.close());
  const accepted = new Promise((resolve) => server.on('connection', resolve));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const below = subject.connect(server.address().port, '127.0.0.1');
  const raw = await accepted;
  const serverSide = new tls.TLSSocket(raw, { isServer: true, ...credentials });
  const client = tls.connect({ socket: below, rejectUnauthorized: false });
  const closed = Promise.all([watch('server', raw, serverSide), watch('client', below, client)]);
  serverSide.on('data', (chunk) => serverSide.write(chunk));
  client.write('hello');
  await once(client, 'data');
  end(client);
  await closed;
  return seen;
}
