'use strict';

/** `node:http` on our sockets at both ends: its server is handed them, its agent makes them. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const { test } = require('node:test');

const safe = require('../..');
const { httpOver } = require('./support');

test('an agent keeps its connection alive over many requests', async (t) => {
  const { server, agent, port } = await httpOver(t, (request, response) => response.end(request.url));
  const sockets = new Set();
  server.on('request', (request) => sockets.add(request.socket));
  for (let index = 0; index < 20; index += 1) {
    const { body, socket } = await get({ port, agent, path: `/${index}` });
    assert.equal(body, `/${index}`);
    assert.ok(socket instanceof safe.Socket);
  }
  assert.equal(sockets.size, 1);
});

test('pipelined requests are answered in order', async (t) => {
  const { port } = await httpOver(t, (request, response) => setImmediate(() => response.end(request.url)));
  const socket = safe.connect(port).setEncoding('latin1');
  const paths = ['/a', '/b', '/c'];
  socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`).join(''));
  let text = '';
  socket.on('data', (chunk) => (text += chunk));
  await until(() => text.includes('/c'), socket, 'data');
  socket.destroy();
  assert.deepEqual(text.match(/\/[abc]$|\/[abc](?=HTTP)/g) ?? [], paths);
});

test('a chunked body goes both ways', async (t) => {
  const { port, agent } = await httpOver(t, (request, response) => request.pipe(response));
  const request = http.request({ port, agent, method: 'POST' });
  const answered = once(request, 'response');
  const part = 'y'.repeat(50_000);
  for (let index = 0; index < 20; index += 1) {
    if (!request.write(part)) await once(request, 'drain');
  }
  request.end();
  const [response] = await answered;
  assert.equal(response.headers['transfer-encoding'], 'chunked');
  assert.equal((await bodyOf(response)).length, 20 * part.length);
});

test('an upgrade hands over the socket', async (t) => {
  const { server, port, agent } = await httpOver(t);
  server.on('upgrade', (request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.pipe(socket);
  });
  const headers = { Connection: 'Upgrade', Upgrade: 'echo' };
  const request = http.get({ port, agent, headers });
  const [, socket] = await once(request, 'upgrade');
  assert.ok(socket instanceof safe.Socket);
  socket.end('spoken');
  assert.equal(await bodyOf(socket), 'spoken');
});

test('a response that is aborted in the middle is seen as aborted', async (t) => {
  const { port, agent } = await httpOver(t, (request, response) => {
    response.writeHead(200, { 'Content-Length': 1_000 });
    response.write('some', () => response.destroy());
  });
  const request = http.get({ port, agent });
  const [response] = await once(request, 'response');
  await assert.rejects(bodyOf(response), { code: 'ECONNRESET' });
});

test('a request that is aborted closes the connection of the server', async (t) => {
  const closed = Promise.withResolvers?.() ?? deferred();
  const { port, agent } = await httpOver(t, (request, response) => {
    response.on('close', () => closed.resolve(response.writableFinished));
    response.write('some');
  });
  const request = http.get({ port, agent });
  const [response] = await once(request, 'response');
  response.on('error', () => {});
  request.destroy();
  assert.equal(await closed.promise, false);
});

test('Expect: 100-continue is answered before the body', async (t) => {
  const { port, agent } = await httpOver(t, (request, response) => request.pipe(response));
  const request = http.request({ port, agent, method: 'POST', headers: { Expect: '100-continue' } });
  request.flushHeaders();
  await once(request, 'continue');
  request.end('body');
  const [response] = await once(request, 'response');
  assert.equal(await bodyOf(response), 'body');
});

async function get(options) {
  const request = http.get(options);
  const [response] = await once(request, 'response');
  const { socket } = request;
  return { socket, body: await bodyOf(response) };
}

async function bodyOf(stream) {
  let body = '';
  for await (const chunk of stream) body += chunk;
  return body;
}

async function until(condition, emitter, event) {
  while (!condition()) await once(emitter, event);
}

function deferred() {
  let resolve;
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}
