'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const http2 = require('node:http2');
const { describe, it } = require('node:test');
const tls = require('node:tls');

const safe = require('../..');
const { credentials } = require('../support/tls');

const LARGE = 200_000;

/**
 * @param {any} t
 * @param {(socket: any) => void} onconnection
 * @returns {Promise<number>} the port
 */
async function serve(t, onconnection) {
  const server = safe.createServer(onconnection);
  const sockets = new Set();
  server.on('connection', (socket) => sockets.add(socket));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

/** @param {any} stream */
async function textOf(stream) {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}

describe("Node's own protocols over our sockets", () => {
  for (const [title, isConnected] of [
    ['a socket that is still connecting', false],
    ['a connected socket', true],
  ]) {
    it(`tls wraps ${title}, on both sides`, async (t) => {
      const port = await serve(t, (socket) => {
        const secure = new tls.TLSSocket(socket, { isServer: true, ALPNProtocols: ['x'], ...credentials });
        secure.pipe(secure);
      });
      const socket = safe.connect(port, '127.0.0.1');
      t.after(() => socket.destroy());
      if (isConnected) await once(socket, 'connect');
      const secure = tls.connect({ socket, ca: credentials.cert, servername: 'localhost', ALPNProtocols: ['x'] });
      await once(secure, 'secureConnect');
      secure.end('x'.repeat(LARGE));
      assert.deepEqual([secure.alpnProtocol, (await textOf(secure)).length], ['x', LARGE]);
    });
  }

  it('http serves and requests, and keeps connections alive', async (t) => {
    const server = http.createServer(async (request, response) => {
      response.end(`${request.method} ${await textOf(request)}`);
    });
    const port = await serve(t, (socket) => server.emit('connection', socket));
    const agent = new http.Agent({ keepAlive: true });
    agent.createConnection = safe.createConnection;
    t.after(() => agent.destroy());
    const answers = [];
    for (const body of ['one', 'two']) {
      const request = http.request({ port, host: '127.0.0.1', agent, method: 'POST' });
      request.end(body);
      const [response] = await once(request, 'response');
      answers.push(await textOf(response), request.reusedSocket);
    }
    assert.deepEqual(answers, ['POST one', false, 'POST two', true]);
  });

  it('http gives the socket away on upgrade', async (t) => {
    const server = http.createServer();
    server.on('upgrade', (request, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\nbye'));
    const port = await serve(t, (socket) => server.emit('connection', socket));
    const socket = safe.connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    assert.match(await textOf(socket), /^HTTP\/1\.1 101 .*bye$/s);
  });

  it('http2 carries a stream', async (t) => {
    const server = http2.createServer((request, response) => response.end(request.url));
    const port = await serve(t, (socket) => server.emit('connection', socket));
    const session = http2.connect(`http://127.0.0.1:${port}`, {
      createConnection: () => safe.connect(port, '127.0.0.1'),
    });
    t.after(() => session.destroy());
    const request = session.request({ ':path': '/path' });
    request.end();
    assert.equal(await textOf(request), '/path');
  });
});
