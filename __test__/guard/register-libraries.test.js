'use strict';

/** What libraries do as a matter of course goes on under the preload: they end sockets twice, and tear them down. */

require('../../register');

const assert = require('node:assert/strict');
const diagnostics = require('node:diagnostics_channel');
const { once } = require('node:events');
const http = require('node:http');
const https = require('node:https');
const http2 = require('node:http2');
const { after, before, describe, it } = require('node:test');
const undici = require('undici');
const { WebSocket, WebSocketServer } = require('ws');

const { listening } = require('../support/listening');
const { turns } = require('../support/refusal');
const { credentials } = require('../support/tls');

/** @type {any[]} */
const refused = [];
const listener = (message) => refused.push(message);
before(() => diagnostics.subscribe('safe-socket:refused', listener));
after(() => diagnostics.unsubscribe('safe-socket:refused', listener));

/**
 * @param {any} t
 */
async function webSockets(t) {
  const server = http.createServer();
  const port = await listening(t, server);
  const sockets = new WebSocketServer({ server });
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  client.on('error', () => {});
  const [[accepted]] = await Promise.all([once(sockets, 'connection'), once(client, 'open')]);
  accepted.on('error', () => {});
  return { client, accepted };
}

describe('ws under the preload', { timeout: 150_000 }, () => {
  it('exchanges messages and closes', async (t) => {
    const { client, accepted } = await webSockets(t);
    accepted.on('message', (message) => accepted.send(message));
    client.send('hello');
    const [message] = await once(client, 'message');
    assert.equal(String(message), 'hello');
    client.close(1000, 'bye');
    const [code, reason] = await once(accepted, 'close');
    assert.deepEqual([code, String(reason)], [1000, 'bye']);
    if (client.readyState !== WebSocket.CLOSED) await once(client, 'close');
    assert.deepEqual(refused, []);
  });

  it('survives terminate() on either side, and send() after it', async (t) => {
    for (const side of ['client', 'accepted']) {
      const pair = await webSockets(t);
      const closed = Promise.all([once(pair.client, 'close'), once(pair.accepted, 'close')]);
      pair[side].terminate();
      const error = await new Promise((resolve) => pair[side].send('x', resolve));
      assert.match(error.message, /not open/i);
      await closed;
    }
    assert.deepEqual(refused, []);
  });

  it('survives both sides closing at once, and ping() afterwards', async (t) => {
    const { client, accepted } = await webSockets(t);
    const closed = Promise.all([once(client, 'close'), once(accepted, 'close')]);
    client.close();
    accepted.close();
    client.ping(undefined, undefined, () => {});
    await closed;
    await turns(2);
    assert.deepEqual(refused, []);
  });
});

describe('fetch (undici) under the preload', { timeout: 150_000 }, () => {
  it('fetches, aborts, and meets a server that hangs up', async (t) => {
    const server = http.createServer((request, response) => {
      if (request.url === '/hangs-up') request.socket.destroy();
      else if (request.url === '/slow') response.write('…');
      else response.end('ok');
    });
    const port = await listening(t, server);
    const url = `http://127.0.0.1:${port}`;
    for (let count = 0; count < 3; count += 1) assert.equal(await (await fetch(url)).text(), 'ok');
    await assert.rejects(fetch(`${url}/hangs-up`), /fetch failed/);
    const controller = new AbortController();
    const response = await fetch(`${url}/slow`, { signal: controller.signal });
    const body = response.text();
    controller.abort();
    await assert.rejects(body, { name: 'AbortError' });
    await turns(5);
    assert.deepEqual(refused, []);
  });
});

describe('undici under the preload', { timeout: 150_000 }, () => {
  it('pipelines, fails with a server that hangs up, connects anew, and is destroyed with a request on its way', async (t) => {
    const server = http.createServer((request, response) => {
      if (request.url === '/hangs-up') request.socket.destroy();
      else if (request.url !== '/never') response.end(request.url);
    });
    const port = await listening(t, server);
    const client = new undici.Client(`http://127.0.0.1:${port}`, { pipelining: 5 });
    t.after(() => client.destroy());
    const ask = (/** @type {string} */ path) => client.request({ path, method: 'GET' });
    const paths = Array.from({ length: 20 }, (_, index) => `/${index}`);
    const answers = await Promise.all(paths.map(async (path) => (await ask(path)).body.text()));
    assert.deepEqual(answers, paths);
    await assert.rejects(ask('/hangs-up'), { code: 'UND_ERR_SOCKET' });
    assert.equal(await (await ask('/again')).body.text(), '/again');
    const failure = assert.rejects(ask('/never'), { code: 'UND_ERR_DESTROYED' });
    await once(server, 'request');
    await client.destroy();
    await failure;
    await turns(5);
    assert.deepEqual(refused, []);
  });
});

describe("Node's own HTTP under the preload", { timeout: 150_000 }, () => {
  it('serves with keep-alive, and closes idle connections', async (t) => {
    const server = http.createServer((request, response) => response.end('ok'));
    server.keepAliveTimeout = 1;
    const port = await listening(t, server);
    const agent = new http.Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    for (let count = 0; count < 3; count += 1) {
      const response = await new Promise((resolve, reject) => {
        http.get({ port, host: '127.0.0.1', agent }, resolve).on('error', reject);
      });
      assert.equal(String(await response.toArray()), 'ok');
    }
    assert.deepEqual(refused, []);
  });

  it('serves over TLS, to a client that goes away in the middle', async (t) => {
    const server = https.createServer(credentials, (request, response) => {
      response.write('x'.repeat(100_000));
      request.socket.once('close', () => response.end('too late'));
    });
    const port = await listening(t, server);
    const request = https.get({ port, host: '127.0.0.1', agent: false, ca: credentials.cert, servername: 'localhost' });
    const [response] = await once(request, 'response');
    const [socket] = [response.socket];
    socket.destroy();
    await new Promise((resolve) => socket.once('close', resolve));
    await turns(5);
    assert.deepEqual(refused, []);
  });

  it('multiplexes http2 over one socket, and destroys the session', async (t) => {
    const server = http2.createServer((request, response) => response.end('ok'));
    const port = await listening(t, server);
    const session = http2.connect(`http://127.0.0.1:${port}`);
    const answers = await Promise.all(
      [1, 2, 3].map(async () => String(await session.request({ ':path': '/' }).setEncoding('utf8').toArray())),
    );
    assert.deepEqual(answers, ['ok', 'ok', 'ok']);
    const closed = once(session, 'close');
    session.destroy();
    await closed;
    assert.deepEqual(refused, []);
  });
});
