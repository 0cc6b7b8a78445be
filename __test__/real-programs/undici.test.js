'use strict';

/** `undici` with a connector that makes our sockets. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { test } = require('node:test');
const { Client, Pool, fetch } = require('undici');

const safe = require('../..');
const { httpOver } = require('./support');

test('a client pipelines requests over one socket of ours', async (t) => {
  const { server, port } = await httpOver(t, (request, response) => response.end(request.url));
  const sockets = new Set();
  server.on('request', (request) => sockets.add(request.socket));
  const client = new Client(`http://127.0.0.1:${port}`, { connect, pipelining: 10 });
  t.after(() => client.destroy());
  const answers = await Promise.all(
    Array.from({ length: 30 }, async (_, index) => {
      const { body } = await client.request({ path: `/${index}`, method: 'GET' });
      return body.text();
    }),
  );
  assert.deepEqual(
    answers,
    answers.map((_, index) => `/${index}`),
  );
  assert.equal(sockets.size, 1);
});

test('fetch() posts a stream and reads one', async (t) => {
  const { port } = await httpOver(t, (request, response) => request.pipe(response));
  const pool = new Pool(`http://127.0.0.1:${port}`, { connect });
  t.after(() => pool.destroy());
  const body = 'z'.repeat(1_000_000);
  const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body, dispatcher: pool });
  assert.equal(await response.text(), body);
});

test('a server that goes away fails the request', async (t) => {
  const { port } = await httpOver(t, (request) => request.socket.destroy());
  const client = new Client(`http://127.0.0.1:${port}`, { connect });
  t.after(() => client.destroy());
  await assert.rejects(client.request({ path: '/', method: 'GET' }), { code: 'UND_ERR_SOCKET' });
});

/** What undici calls for a connection. */
function connect({ hostname, port }, callback) {
  const socket = safe.connect({ host: hostname, port });
  once(socket, 'connect').then(
    () => callback(null, socket),
    (error) => callback(error),
  );
}
