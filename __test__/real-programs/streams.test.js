'use strict';

/** What programs do with sockets as streams: pipelines, iteration, web streams. */

const assert = require('node:assert/strict');
const { randomBytes } = require('node:crypto');
const { once } = require('node:events');
const { Duplex, PassThrough, Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { test } = require('node:test');

const safe = require('../..');
const { listening } = require('./support');

const SIZE = 3_000_000;

test('a proxy of two pipelines passes everything on, both ways', async (t) => {
  const echo = await listening(t, (socket) => socket.pipe(socket));
  const errors = [];
  const port = await listening(
    t,
    (socket) => {
      const upstream = safe.connect({ port: echo, host: '127.0.0.1', allowHalfOpen: true });
      pipeline(socket, upstream).catch((error) => errors.push(error));
      pipeline(upstream, socket).catch((error) => errors.push(error));
    },
    { allowHalfOpen: true },
  );
  const sent = randomBytes(SIZE);
  const client = safe.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const received = read(client);
  client.end(sent);
  assert.ok((await received).equals(sent));
  assert.deepEqual(errors, []);
});

test('a pipeline fails as on net when the other side resets', async (t) => {
  const port = await listening(t, (socket) => socket.once('data', () => socket.resetAndDestroy()));
  const client = safe.connect(port, '127.0.0.1');
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(65_536);
    })(),
  );
  await assert.rejects(pipeline(endless, client), ({ code }) => code === 'ECONNRESET' || code === 'EPIPE');
  assert.equal(endless.destroyed, true);
});

test('for await takes every byte, and closes the socket when it stops early', async (t) => {
  const port = await listening(t, (socket) => socket.on('error', () => {}).end(randomBytes(SIZE)));
  let length = 0;
  for await (const chunk of safe.connect(port, '127.0.0.1')) length += chunk.length;
  assert.equal(length, SIZE);

  const stopped = safe.connect(port, '127.0.0.1');
  for await (const chunk of stopped) {
    assert.ok(chunk.length > 0);
    break;
  }
  assert.equal(stopped.destroyed, true);
});

test('a socket as web streams echoes', async (t) => {
  const port = await listening(t, (socket) => socket.pipe(socket));
  const { readable, writable } = Duplex.toWeb(safe.connect(port, '127.0.0.1'));
  const writer = writable.getWriter();
  await writer.write(Buffer.from('over the web'));
  const reader = readable.getReader();
  let text = '';
  while (text.length < 12) text += Buffer.from((await reader.read()).value).toString();
  assert.equal(text, 'over the web');
  await writer.close();
  assert.equal((await reader.read()).done, true);
});

test('pipe() with a slow destination loses nothing', async (t) => {
  const sent = randomBytes(SIZE);
  const port = await listening(t, (socket) => socket.end(sent));
  const slow = new PassThrough({ highWaterMark: 1_000 });
  safe.connect(port, '127.0.0.1').pipe(slow);
  assert.ok((await read(slow)).equals(sent));
});

test('an abort signal closes the socket', async (t) => {
  const port = await listening(t, () => {});
  const controller = new AbortController();
  const socket = safe.connect({ port, host: '127.0.0.1', signal: controller.signal });
  await once(socket, 'connect');
  controller.abort();
  const [error] = await once(socket, 'error');
  assert.equal(error.name, 'AbortError');
});

async function read(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
