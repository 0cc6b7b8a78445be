'use strict';

/** `node:tls` and `node:http2` over our sockets, on both sides. */

const assert = require('node:assert/strict');
const { createHash, randomBytes } = require('node:crypto');
const { once } = require('node:events');
const http2 = require('node:http2');
const net = require('node:net');
const { test } = require('node:test');
const tls = require('node:tls');

const safe = require('../..');
const { identity, listening } = require('./support');

const SIZE = 5_000_000;

test('tls.connect() and TLSSocket talk over our sockets, with ALPN', async (t) => {
  const port = await listening(t, (socket) => {
    const secured = new tls.TLSSocket(socket, { isServer: true, ...identity, ALPNProtocols: ['echo/1'] });
    secured.on('error', () => {});
    secured.pipe(secured);
  });
  const client = connectSecurely(port, ['echo/1', 'other']);
  await once(client, 'secureConnect');
  assert.equal(client.alpnProtocol, 'echo/1');
  client.end('over tls');
  assert.equal(String(await read(client)), 'over tls');
});

test('a TLSSocket around a socket that is not connected yet is not either, until that is', async (t) => {
  const port = await listening(t, (socket) => {
    const secured = new tls.TLSSocket(socket, { isServer: true, ...identity });
    secured.on('error', () => {});
    secured.end('hello');
  });
  for (const { Socket } of [net, safe]) {
    const socket = new Socket();
    const client = tls.connect({ socket, rejectUnauthorized: false });
    assert.equal(client.connecting, true);
    socket.connect(port, '127.0.0.1');
    await once(client, 'connect');
    assert.equal(client.connecting, false);
    assert.equal(String(await read(client)), 'hello');
  }
});

test('a tls.Server takes accepted sockets of ours', async (t) => {
  const server = tls.createServer(identity, (socket) => socket.end(`hello ${socket.authorized}`));
  const port = await listening(t, (socket) => server.emit('connection', socket));
  const client = connectSecurely(port);
  assert.equal(String(await read(client)), 'hello false');
});

test('megabytes pass through tls unharmed, with backpressure', async (t) => {
  const sent = randomBytes(SIZE);
  const port = await listening(t, (socket) => {
    const secured = new tls.TLSSocket(socket, { isServer: true, ...identity });
    secured.on('error', () => {});
    secured.pipe(secured);
  });
  const client = connectSecurely(port);
  client.end(sent);
  assert.equal(hashOf(await read(client)), hashOf(sent));
});

test('the end of the raw socket ends the secured one', async (t) => {
  const port = await listening(t, (socket) => {
    const secured = new tls.TLSSocket(socket, { isServer: true, ...identity });
    secured.on('secure', () => socket.destroy());
    secured.on('error', () => {});
  });
  const client = connectSecurely(port);
  client.on('error', () => {});
  client.resume();
  await once(client, 'close');
  assert.equal(client.destroyed, true);
});

test('http2 runs over our sockets, many streams at once', async (t) => {
  const server = http2.createServer();
  server.on('stream', (stream, headers) => {
    stream.respond({ ':status': 200 });
    stream.end(`you asked for ${headers[':path']}`);
  });
  const port = await listening(t, (socket) => server.emit('connection', socket));
  const session = http2.connect(`http://127.0.0.1:${port}`, {
    createConnection: () => safe.connect(port, '127.0.0.1'),
  });
  const answers = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => String(await read(session.request({ ':path': `/${index}` })))),
  );
  assert.deepEqual(
    answers,
    answers.map((_, index) => `you asked for /${index}`),
  );
  session.close();
  await once(session, 'close');
});

function connectSecurely(port, ALPNProtocols) {
  return tls.connect({ socket: safe.connect(port, '127.0.0.1'), rejectUnauthorized: false, ALPNProtocols });
}

async function read(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function hashOf(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
