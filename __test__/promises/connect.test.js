'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const nodeNet = require('node:net');
const { PassThrough } = require('node:stream');
const { text } = require('node:stream/consumers');
const { describe, it } = require('node:test');

const net = require('../..');
const { connect, listen, write } = require('../../promises');

const HOST = '127.0.0.1';
const LARGE = Buffer.alloc(16_000_000, 'x');

/**
 * @param {any} t
 * @param {(socket: net.Socket) => void} [onconnection]
 * @returns {Promise<any>} the options of a connection to it
 */
async function serve(t, onconnection) {
  const sockets = new Set();
  const server = await listen({ port: 0, host: HOST }, (socket) => {
    sockets.add(socket.on('error', () => {}));
    onconnection?.(socket);
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: HOST, port: server.address().port };
}

/** @returns {Promise<number>} a port where nobody listens */
async function freePort() {
  const server = await listen(0, HOST);
  const { port } = server.address();
  await once(server.close(), 'close');
  return port;
}

/** @param {any} emitter */
function listenersOf(emitter) {
  return emitter.eventNames().filter((name) => name === 'error' || name === 'connect');
}

describe('connect() of safe-socket/promises', () => {
  it('gives a connected socket that it has left no listeners on', async (t) => {
    const { port } = await serve(t, (socket) => socket.end('hello'));
    for (const args of [[{ port, host: HOST }], [port, HOST]]) {
      const socket = await connect(...args);
      assert.ok(socket instanceof net.Socket);
      assert.equal(socket.readyState, 'open');
      assert.deepEqual(listenersOf(socket), []);
      assert.equal(await text(socket), 'hello');
    }
  });

  it('rejects with the error of the connection', async () => {
    const port = await freePort();
    await assert.rejects(connect(port, HOST), { code: 'ECONNREFUSED', syscall: 'connect', address: HOST, port });
  });

  it('rejects with what connect() throws', async () => {
    await assert.rejects(connect({}), { code: 'ERR_MISSING_ARGS' });
    await assert.rejects(connect(65_536), { code: 'ERR_SOCKET_BAD_PORT' });
    await assert.rejects(connect({ port: 1, signal: 'stop' }), { code: 'ERR_INVALID_ARG_TYPE' });
  });

  it('is given up by its signal, before it begins and while it goes on', async (t) => {
    let connections = 0;
    const to = await serve(t, (socket) => {
      connections += 1;
      socket.end();
    });
    const cause = new Error('too slow');
    await assert.rejects(connect({ ...to, signal: AbortSignal.abort(cause) }), {
      name: 'AbortError',
      code: 'ABORT_ERR',
      cause,
    });

    const controller = new AbortController();
    let answer;
    const lookup = (host, options, callback) => {
      answer = () => callback(null, [{ address: HOST, family: 4 }]);
      controller.abort();
    };
    const slow = { ...to, host: 'slow.example', lookup, signal: controller.signal };
    await assert.rejects(connect(slow), { name: 'AbortError' });
    // It comes too late, and leads nowhere.
    answer();
    await text(await connect(to));
    assert.equal(connections, 1);
  });

  it('means nothing by its signal once it is connected', async (t) => {
    const to = await serve(t, (socket) => socket.pipe(socket));
    const controller = new AbortController();
    const socket = await connect({ ...to, signal: controller.signal });
    controller.abort();
    socket.end('still here');
    assert.equal(await text(socket), 'still here');
  });
});

describe('a socket of safe-socket/promises', () => {
  it('is closed by disposal when everything has left, where a Duplex loses it', async (t) => {
    let received;
    const to = await serve(t, (socket) => (received = text(socket)));
    const socket = await connect(to);
    socket.write(LARGE);
    assert.ok(socket.writableLength > 0, 'some of it has to wait');
    await socket[Symbol.asyncDispose]();
    assert.equal(socket.closed, true);
    assert.equal((await received).length, LARGE.length);
    await socket[Symbol.asyncDispose]();
  });

  it('rejects its disposal when what was written is lost', async (t) => {
    let peer;
    const to = await serve(t, (socket) => (peer = socket.pause()));
    const socket = await connect(to);
    socket.write(LARGE);
    const disposal = socket[Symbol.asyncDispose]();
    peer.resetAndDestroy();
    await assert.rejects(disposal, { code: /^(ECONNRESET|EPIPE)$/ });
  });

  it('is disposed of on the side of the server, too', async (t) => {
    const to = await serve(t, async (socket) => {
      socket.write(LARGE);
      await socket[Symbol.asyncDispose]();
    });
    assert.equal((await text(await connect(to))).length, LARGE.length);
  });
});

describe('write() of safe-socket/promises', () => {
  it('waits until the kernel has taken the bytes', async (t) => {
    let received;
    const to = await serve(t, (socket) => (received = text(socket)));
    const socket = await connect(to);
    await write(socket, LARGE);
    assert.equal(socket.writableLength, 0);
    await write(socket, '7a', { encoding: 'hex' });
    socket.end();
    assert.equal(await received, `${LARGE}z`);
  });

  it("rejects where the socket has ended, ours whatever its policy, and Node's without a guard", async (t) => {
    const to = await serve(t, (socket) => socket.resume());
    const ours = net.safeSocket(await connect(to), { onRefused: 'drop' });
    const nodes = nodeNet.connect(to);
    await once(nodes, 'connect');
    for (const [socket, endedBy] of [
      [ours, 'local'],
      [nodes, 'unknown'],
    ]) {
      socket.end();
      const refused = { code: 'ERR_SOCKET_ALREADY_ENDED', operation: 'write', endedBy, bytesRefused: 4 };
      await assert.rejects(write(socket, 'late'), refused);
    }
  });

  it('rejects while a source is piped in, where write() leaves the report to an event', async (t) => {
    const socket = await connect(await serve(t, (peer) => peer.resume()));
    new PassThrough().pipe(socket);
    socket.end();
    await assert.rejects(write(socket, 'late'), { code: 'ERR_SOCKET_ALREADY_ENDED' });
  });

  it('rejects when the socket ends before the bytes are gone', async (t) => {
    const socket = await connect(await serve(t, (peer) => peer.pause()));
    const written = write(socket, LARGE);
    socket.destroy();
    await assert.rejects(written, { code: 'ECANCELED' });
  });

  it('rejects for a bad argument', async (t) => {
    const socket = await connect(await serve(t));
    await assert.rejects(write(socket, 42), { code: 'ERR_INVALID_ARG_TYPE' });
    socket.destroy();
    await assert.rejects(write(socket, null), { code: 'ERR_STREAM_NULL_VALUES' });
  });

  it('gives up the wait by its signal, and not the bytes', async (t) => {
    let peer;
    const socket = await connect(await serve(t, (accepted) => (peer = accepted.pause())));
    const controller = new AbortController();
    const written = write(socket, LARGE, { signal: controller.signal });
    controller.abort();
    await assert.rejects(written, { name: 'AbortError' });
    socket.end();
    while (peer === undefined) await once(socket, 'drain');
    assert.equal((await text(peer)).length, LARGE.length);
  });
});
