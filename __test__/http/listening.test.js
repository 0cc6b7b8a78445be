'use strict';

/** The half of an HTTP server that listens and closes: ours and Node's in the same scenarios. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const net = require('node:net');
const { describe, it } = require('node:test');

const safeHttp = require('../../http');

const HOST = '127.0.0.1';

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

/**
 * @param {any} t
 * @param {any} server
 * @returns {Promise<any>} the server, listening
 */
async function listening(t, server) {
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server.listen(0, HOST), 'listening');
  return server;
}

/**
 * @param {any} t
 * @param {any} server
 * @returns {Promise<net.Socket>} a connected client that says how its connection ends
 */
async function client(t, server) {
  const socket = net.connect(server.address().port, HOST);
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket.resume();
}

/** @type {Record<string, (t: any, http: typeof import('node:http')) => Promise<unknown>>} */
const SCENARIOS = {
  async 'listens and closes'(t, http) {
    const seen = [];
    const server = http.createServer();
    for (const event of ['listening', 'close']) server.on(event, () => seen.push(event));
    seen.push(server.listening, server.address());
    seen.push(server.listen(0, HOST, () => seen.push('callback')) === server, server.listening);
    await once(server, 'listening');
    seen.push(server.address().address, server.address().port > 0);
    seen.push(server.close(() => seen.push('closed')) === server, server.listening);
    await once(server, 'close');
    return seen;
  },

  async 'says that it does not run'(t, http) {
    const server = http.createServer();
    const callbackError = await new Promise((resolve) => {
      server.close(resolve);
    });
    return [callbackError.code, callbackError.message];
  },

  async 'listens twice in its life, and not twice at once'(t, http) {
    const server = await listening(t, http.createServer());
    assert.throws(() => server.listen(0), { code: 'ERR_SERVER_ALREADY_LISTEN' });
    await once(server.close(), 'close');
    await once(server.listen(0, HOST), 'listening');
    return server.listening;
  },

  async 'reports a port that is taken'(t, http) {
    const { port } = (await listening(t, http.createServer())).address();
    const [error] = await once(http.createServer().listen(port, HOST), 'error');
    return [error.code, error.syscall, error.address, error.port === port];
  },

  async 'closes idle connections, and waits for the others'(t, http) {
    const seen = [];
    const server = await listening(t, http.createServer());
    const [idle, busy] = [await client(t, server), await client(t, server)];
    idle.write(REQUEST);
    (await once(server, 'request'))[1].end();
    await once(idle, 'data');
    busy.write(REQUEST);
    const [, response] = await once(server, 'request');
    const idleClosed = once(idle, 'close');
    server.close(() => seen.push('closed'));
    await idleClosed;
    seen.push('idle is gone', busy.destroyed, server.listening);
    // After its answer the other one is idle, too, and would be waited for as long as is usual.
    server.keepAliveTimeout = 1;
    response.end('late');
    await once(server, 'close');
    return seen;
  },

  async 'closes idle connections when told so'(t, http) {
    const server = await listening(
      t,
      http.createServer((req, res) => res.end()),
    );
    const idle = await client(t, server);
    idle.write(REQUEST);
    await once(idle, 'data');
    const closed = once(idle, 'close');
    server.closeIdleConnections();
    await closed;
    return server.listening;
  },

  async 'closes all connections when told so'(t, http) {
    const server = await listening(t, http.createServer());
    const busy = await client(t, server);
    busy.write(REQUEST);
    await once(server, 'request');
    const closed = Promise.all([once(busy, 'close'), once(server, 'close')]);
    server.close();
    server.closeAllConnections();
    await closed;
    return busy.destroyed;
  },

  async 'is disposed of'(t, http) {
    const server = await listening(t, http.createServer());
    await server[Symbol.asyncDispose]();
    return server.listening;
  },

  async 'drops connections above maxConnections'(t, http) {
    const server = http.createServer();
    server.maxConnections = 1;
    await listening(t, server);
    await client(t, server);
    const [[dropped]] = await Promise.all([once(server, 'drop'), client(t, server)]);
    const count = await new Promise((resolve) => server.getConnections((error, number) => resolve(number)));
    return [server.maxConnections, dropped.remoteAddress, count];
  },

  async 'closes by a signal'(t, http) {
    const server = http.createServer();
    const controller = new AbortController();
    await once(server.listen({ port: 0, host: HOST, signal: controller.signal }), 'listening');
    controller.abort();
    await once(server, 'close');
    return server.listening;
  },

  async 'is a net.Server and an http.Server'(t, http) {
    const server = http.createServer({ keepAliveTimeout: 7 });
    return [
      server instanceof net.Server,
      server instanceof nodeHttp.Server,
      server instanceof http.Server,
      server.keepAliveTimeout,
      server.ref() === server,
      server.unref() === server,
    ];
  },
};

describe('a server of safe-socket/http', () => {
  for (const [title, play] of Object.entries(SCENARIOS)) {
    it(`${title}, as that of node:http`, async (t) => {
      const [ours, nodes] = [await play(t, safeHttp), await play(t, nodeHttp)];
      assert.deepEqual(ours, nodes);
    });
  }
});
