'use strict';

/** `ws` over our sockets: its server on accepted ones, its client on one that it connects. */

const assert = require('node:assert/strict');
const { randomBytes } = require('node:crypto');
const { once } = require('node:events');
const { test } = require('node:test');
const { WebSocket, WebSocketServer } = require('ws');

const safe = require('../..');
const { httpOver } = require('./support');

test('messages of all sizes come back, text and binary', async (t) => {
  const client = await connected(t, (socket) =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
  );
  for (const size of [0, 1, 125, 126, 65_535, 65_536, 1_000_000]) {
    const bytes = randomBytes(size);
    client.send(bytes);
    const [data, isBinary] = await once(client, 'message');
    assert.ok(isBinary && data.equals(bytes), String(size));
  }
  client.send('text');
  assert.equal(String((await once(client, 'message'))[0]), 'text');
});

test('a closing handshake gives both sides the code', async (t) => {
  const closed = [];
  const client = await connected(t, (socket) => closed.push(once(socket, 'close')));
  closed.push(once(client, 'close'));
  client.close(4_001, 'done');
  for (const [code] of await Promise.all(closed)) assert.equal(code, 4_001);
});

test('a terminated client is seen as gone', async (t) => {
  const closed = [];
  const client = await connected(t, (socket) => closed.push(once(socket, 'close')));
  client.terminate();
  assert.equal((await closed[0])[0], 1_006);
});

async function connected(t, onConnection) {
  const { server, port } = await httpOver(t);
  const webSockets = new WebSocketServer({ server });
  webSockets.on('connection', onConnection);
  const createConnection = (options) => safe.connect({ port: options.port, host: '127.0.0.1' });
  const client = new WebSocket(`ws://127.0.0.1:${port}`, { createConnection });
  t.after(() => client.terminate());
  await once(client, 'open');
  return client;
}
