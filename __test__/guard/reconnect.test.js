'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const { describe, it } = require('node:test');

const { safeSocket } = require('../../lib/safe-socket');
const { refuses } = require('../support/refusal');

/**
 * @param {any} t
 * @returns {Promise<number>} the port of an echo server
 */
async function echoServer(t) {
  const server = net.createServer((socket) => socket.on('error', () => {}).pipe(socket));
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return /** @type {net.AddressInfo} */ (server.address()).port;
}

describe('a guarded socket that connects again', () => {
  it('begins a new life: it writes, and a later end has its own cause', async (t) => {
    const port = await echoServer(t);
    const socket = safeSocket(new net.Socket());
    t.after(() => socket.destroy());

    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    await once(socket, 'close');
    refuses(() => socket.write('x'), { endedBy: 'destroy' });

    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    assert.equal(socket.writable, true);
    socket.write('hello');
    const [echo] = await once(socket, 'data');
    assert.equal(String(echo), 'hello');

    socket.end();
    refuses(() => socket.write('x'), { endedBy: 'local' });
  });

  it("stays guarded after the other side's FIN in each life", async (t) => {
    const server = net.createServer((socket) => socket.end('bye'));
    t.after(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (server.address());
    const socket = safeSocket(new net.Socket());
    for (let life = 0; life < 3; life += 1) {
      socket.connect(port, '127.0.0.1');
      socket.resume();
      socket.once('end', () => assert.equal(socket.write('x'), true));
      await once(socket, 'close');
      refuses(() => socket.write('x'), { endedBy: 'peer' });
    }
  });

  it("is guarded in a life that follows the other side's FIN", async (t) => {
    const server = net.createServer((socket) => socket.end('bye'));
    t.after(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (server.address());
    const socket = safeSocket(net.connect(port, '127.0.0.1')).resume();
    await once(socket, 'close');
    socket.connect(await echoServer(t), '127.0.0.1');
    await once(socket, 'connect');
    socket.end();
    refuses(() => socket.write('x'), { endedBy: 'local' });
  });

  it('keeps the old cause when connect() itself throws', async (t) => {
    const port = await echoServer(t);
    const socket = safeSocket(net.connect(port, '127.0.0.1'));
    await once(socket, 'connect');
    socket.destroy();
    assert.throws(() => socket.connect({}), { code: 'ERR_MISSING_ARGS' });
    refuses(() => socket.write('x'), { endedBy: 'destroy' });
  });

  it('answers as net does before it was ever connected', async () => {
    const socket = safeSocket(new net.Socket());
    const failed = once(socket, 'error');
    socket.write('x');
    const [error] = await failed;
    assert.equal(error.code, 'ERR_SOCKET_CLOSED');
    const [again] = await new Promise((resolve) => socket.write('y', (...args) => resolve(args)));
    assert.equal(again.code, 'ERR_STREAM_DESTROYED');
  });

  it('refuses after a connection that failed', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (server.address());
    await new Promise((resolve) => server.close(resolve));
    const socket = safeSocket(net.connect(port, '127.0.0.1'));
    const [error] = await once(socket, 'error');
    const { cause } = refuses(() => socket.write('x'), { endedBy: 'error' });
    assert.equal(cause, error);
    assert.equal(cause.code, 'ECONNREFUSED');
  });
});
