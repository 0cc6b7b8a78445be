'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { text } = require('node:stream/consumers');
const { describe, it } = require('node:test');

const net = require('../..');
const { connect, connections, listen } = require('../../promises');

const HOST = '127.0.0.1';

/**
 * @param {any} t
 * @returns {Promise<{ server: any, to: any }>}
 */
async function serve(t) {
  const server = await listen({ port: 0, host: HOST });
  t.after(() => server.close());
  return { server, to: { host: HOST, port: server.address().port } };
}

/**
 * @param {any} t
 * @param {any} to
 * @param {string} name by which it introduces itself
 */
async function client(t, to, name) {
  const socket = await connect(to);
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  socket.write(name);
  return socket;
}

/** @param {any} socket */
async function nameOf(socket) {
  const [data] = await once(socket, 'data');
  return String(data);
}

describe('listen() of safe-socket/promises', () => {
  it('gives a server that listens, with the options of both halves', async (t) => {
    const server = await listen({ port: 0, host: HOST, allowHalfOpen: true }, (socket) => socket.end('hello'));
    t.after(() => server.close());
    assert.ok(server instanceof net.Server);
    assert.deepEqual([server.listening, server.allowHalfOpen, server.address().address], [true, true, HOST]);
    assert.deepEqual(server.eventNames(), ['connection']);
    assert.equal(await text(await connect(server.address().port, HOST)), 'hello');
  });

  it('takes the arguments of server.listen()', async () => {
    for (const args of [[], [0], [0, HOST], [0, HOST, 5], [new net.BoundSocket({ host: HOST })]]) {
      const server = await listen(...args, () => {});
      assert.equal(server.listening, true);
      assert.equal(server.listenerCount('connection'), 2);
      await server[Symbol.asyncDispose]();
      assert.equal(server.listening, false);
    }
  });

  it('rejects with the error of listen()', async (t) => {
    const { to } = await serve(t);
    await assert.rejects(listen(to), { code: 'EADDRINUSE', syscall: 'listen', address: HOST, port: to.port });
    await assert.rejects(listen(65_536), { code: 'ERR_SOCKET_BAD_PORT' });
  });

  it('is closed by its signal, before it listens and afterwards', async () => {
    await assert.rejects(listen({ port: 0, signal: AbortSignal.abort() }), { name: 'AbortError' });
    const controller = new AbortController();
    const server = await listen({ port: 0, host: HOST, signal: controller.signal });
    controller.abort();
    await once(server, 'close');
    assert.equal(server.listening, false);
  });
});

describe('connections() of safe-socket/promises', () => {
  it('gives the sockets in their order, from its call on, until the server has closed', async (t) => {
    const { server, to } = await serve(t);
    const sockets = connections(server);
    for (const name of ['one', 'two']) await client(t, to, name);
    const names = [];
    for await (const socket of sockets) {
      names.push(await nameOf(socket));
      socket.destroy();
      if (names.length === 2) server.close();
    }
    assert.deepEqual(names, ['one', 'two']);
  });

  it('destroys what nobody has taken when the loop is left', async (t) => {
    const { server, to } = await serve(t);
    const sockets = connections(server);
    const [first, second] = [await client(t, to, 'one'), await client(t, to, 'two')];
    const closed = new Promise((resolve) => second.resume().once('close', resolve));
    for await (const socket of sockets) {
      assert.equal(await nameOf(socket), 'one');
      break;
    }
    await closed;
    assert.equal(first.destroyed, false);
    assert.equal(server.listening, true);
    assert.equal(server.listenerCount('connection'), 1);
  });

  it('passes over a socket that was lost while it waited, and survives it', async (t) => {
    const { server, to } = await serve(t);
    const sockets = connections(server);
    const accepted = once(server, 'connection');
    await client(t, to, 'lost');
    const [lost] = await accepted;
    lost.destroy(new Error('as by the network'));
    await new Promise((resolve) => lost.once('close', resolve));
    await client(t, to, 'there');
    const { value: socket } = await sockets.next();
    assert.equal(await nameOf(socket), 'there');
    await sockets.return();
    socket.destroy();
  });

  it('ends with an AbortError by its signal', async (t) => {
    const { server } = await serve(t);
    const controller = new AbortController();
    const sockets = connections(server, { signal: controller.signal });
    const next = sockets.next();
    controller.abort();
    await assert.rejects(next, { name: 'AbortError' });
    assert.throws(() => connections(server, { signal: controller.signal }), { name: 'AbortError' });
    assert.equal(server.listening, true);
  });

  it('ends with the error of the server', async (t) => {
    const { server } = await serve(t);
    const next = connections(server).next();
    const error = new Error('EMFILE');
    server.emit('error', error);
    await assert.rejects(next, error);
  });

  it('takes only a server of this package', () => {
    assert.throws(() => connections(require('node:net').createServer()), { code: 'ERR_INVALID_ARG_TYPE' });
  });
});
