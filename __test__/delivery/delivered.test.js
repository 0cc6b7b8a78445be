'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const nodeNet = require('node:net');
const process = require('node:process');
const { describe, test } = require('node:test');
const tls = require('node:tls');

const safe = require('../..');
const { connectedToPaused } = require('../support/connection');
const { credentials } = require('../support/tls');

const skip = process.platform === 'linux' ? false : 'only Linux tells what was acknowledged';

/** More than both kernels take. */
const TOO_MUCH = 16_000_000;

/** Less than the kernel of the writer takes, more than that of a peer which does not read. */
const MORE_THAN_A_WINDOW = 300_000;

const sockets = {
  'safe-socket': (options) => safe.connect(options),
  'guarded net': (options) => safe.safeSocket(nodeNet.connect(options)),
  net: (options) => nodeNet.connect(options),
};

/** Paused before it is connected, it never begins to read. */
const connection = (t, connect, { isPath = false, isPaused = false } = {}) =>
  connectedToPaused(
    t,
    (options) => {
      const socket = connect(options).on('error', () => {});
      return isPaused ? socket.pause() : socket;
    },
    isPath,
  );

for (const [kind, connect] of Object.entries(sockets)) {
  describe(`delivered() on a socket of ${kind}`, { skip }, () => {
    test('resolves at once for a socket that wrote nothing', async (t) => {
      const { ours } = await connection(t, connect);
      assert.deepEqual(await safe.delivered(ours), { bytesDelivered: 0, resetByPeer: false });
    });

    test('waits for the connection', async (t) => {
      const server = nodeNet.createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      const ours = connect({ port: server.address().port, host: '127.0.0.1' });
      t.after(() => ours.destroy());
      ours.write('hello');
      assert.equal((await safe.delivered(ours)).bytesDelivered, 5);
    });

    test('rejects when there is no connection to be had', async () => {
      const server = nodeNet.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address();
      server.close();
      await once(server, 'close');
      const ours = connect({ port, host: '127.0.0.1' });
      ours.on('error', () => {});
      ours.write('hello');
      await assert.rejects(safe.delivered(ours), {
        name: 'SocketAlreadyEndedError',
        code: 'ERR_SOCKET_ALREADY_ENDED',
        operation: 'delivered',
        endedBy: 'error',
      });
    });

    test('does not wait for what is written after the call', async (t) => {
      const { ours, theirs } = await connection(t, connect);
      ours.write('before');
      const waiting = safe.delivered(ours);
      ours.write(Buffer.alloc(TOO_MUCH));
      const { bytesDelivered } = await waiting;
      assert.ok(bytesDelivered >= 6 && bytesDelivered < TOO_MUCH, String(bytesDelivered));
      theirs.resume();
      assert.equal((await safe.delivered(ours)).bytesDelivered, 6 + TOO_MUCH);
    });

    test('waits for what is queued in the process, strings of several bytes a character included', async (t) => {
      const { ours, theirs } = await connection(t, connect);
      ours.cork();
      ours.write('ä'.repeat(1000));
      ours.write('€'.repeat(1000), 'utf8');
      let isDelivered = false;
      const waiting = safe.delivered(ours).then((delivery) => {
        isDelivered = true;
        return delivery;
      });
      for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setTimeout(resolve, 2));
      assert.equal(isDelivered, false);
      ours.uncork();
      theirs.resume();
      assert.equal((await waiting).bytesDelivered, 5000);
    });

    test('works during and after end(), and does not count the FIN', async (t) => {
      const { ours, theirs } = await connection(t, connect);
      theirs.resume();
      ours.write('hello');
      ours.end(' world');
      assert.equal((await safe.delivered(ours)).bytesDelivered, 11);
      await once(theirs, 'end');
      assert.equal((await safe.delivered(ours)).bytesDelivered, 11);
    });

    test('takes a last look when the socket is closed meanwhile', async (t) => {
      const { ours, theirs } = await connection(t, connect);
      theirs.resume().once('end', () => theirs.end());
      ours.resume();
      ours.end(Buffer.alloc(100_000));
      const [{ bytesDelivered }] = await Promise.all([safe.delivered(ours), once(ours, 'close')]);
      assert.equal(bytesDelivered, 100_000);
    });

    test('rejects with the bytes that destroy() has left behind', async (t) => {
      const { ours, theirs } = await connection(t, connect);
      ours.write(Buffer.alloc(TOO_MUCH));
      await assert.rejects(safe.delivered(ours, { timeout: 50 }), { code: 'ERR_SAFE_SOCKET_DELIVERY_TIMEOUT' });
      const waiting = safe.delivered(ours);
      ours.destroy();
      const error = await waiting.catch((reason) => reason);
      assert.equal(error.code, 'ERR_SOCKET_ALREADY_ENDED');
      assert.equal(error.endedBy, 'destroy');
      assert.ok(error instanceof safe.SocketAlreadyEndedError);
      const received = safe.tcpInfo(theirs).bytesReceived;
      const promised = TOO_MUCH - error.bytesUndelivered;
      assert.ok(promised > 0 && promised <= received, `promised ${promised}, received ${received}`);
      assert.match(error.message, /^The socket has already been ended\. .* \d+ bytes were not delivered\.$/);
    });

    test('rejects when the peer resets the connection, even while the socket is paused', async (t) => {
      const { ours, theirs } = await connection(t, connect, { isPaused: true });
      // Our kernel takes them all, that of the peer does not.
      await new Promise((resolve) => ours.write(Buffer.alloc(MORE_THAN_A_WINDOW), resolve));
      const waiting = safe.delivered(ours);
      theirs.resetAndDestroy();
      const error = await waiting.catch((reason) => reason);
      assert.equal(error.code, 'ERR_SOCKET_ALREADY_ENDED');
      assert.equal(error.endedBy, 'reset');
      assert.ok(error.bytesUndelivered > 0 && error.bytesUndelivered < MORE_THAN_A_WINDOW);
      assert.equal(ours.destroyed, false, 'nothing else has noticed it');
    });

    test('says of a peer that closed without reading that it has reset the connection', async (t) => {
      const { ours, theirs } = await connection(t, connect);
      ours.pause();
      ours.write('never read');
      assert.deepEqual(await safe.delivered(ours), { bytesDelivered: 10, resetByPeer: false });
      theirs.destroy();
      while (safe.peerState(ours) !== 'reset') await new Promise(setImmediate);
      assert.deepEqual(await safe.delivered(ours), { bytesDelivered: 10, resetByPeer: true });
    });

    test('can be given up by a timeout and by a signal', async (t) => {
      const { ours } = await connection(t, connect);
      ours.write(Buffer.alloc(TOO_MUCH));
      const error = await safe.delivered(ours, { timeout: 30 }).catch((reason) => reason);
      assert.equal(error.code, 'ERR_SAFE_SOCKET_DELIVERY_TIMEOUT');
      assert.equal(error.bytesDelivered + error.bytesUndelivered, TOO_MUCH);

      const controller = new AbortController();
      const waiting = safe.delivered(ours, { signal: controller.signal });
      const reason = new Error('enough');
      controller.abort(reason);
      await assert.rejects(waiting, { name: 'AbortError', code: 'ABORT_ERR', cause: reason });
      await assert.rejects(safe.delivered(ours, { signal: AbortSignal.abort() }), { name: 'AbortError' });
    });

    test('leaves no listener and no own property of the program behind', async (t) => {
      const { ours, theirs } = await connection(t, connect);
      theirs.resume();
      const before = [ours.eventNames().length, Object.keys(ours).length];
      ours.write('hello');
      await safe.delivered(ours, { timeout: 1000, signal: new AbortController().signal });
      assert.deepEqual([ours.eventNames().length, Object.keys(ours).length], before);
    });

    test('resolves on a Unix-domain socket when everything is read, not before', async (t) => {
      const { ours, theirs } = await connection(t, connect, { isPath: true });
      ours.write('hello');
      const error = await safe.delivered(ours, { timeout: 20 }).catch((reason) => reason);
      assert.equal(error.code, 'ERR_SAFE_SOCKET_DELIVERY_TIMEOUT');
      assert.equal(error.bytesUndelivered, undefined);
      theirs.resume();
      assert.deepEqual(await safe.delivered(ours), { bytesDelivered: 5, resetByPeer: false });
    });

    test('rejects on a Unix-domain socket whose peer throws away what it has not read', async (t) => {
      const { ours, theirs } = await connection(t, connect, { isPath: true, isPaused: true });
      ours.write('hello');
      const waiting = safe.delivered(ours);
      theirs.destroy();
      await assert.rejects(waiting, { endedBy: 'reset', bytesUndelivered: undefined });
    });
  });
}

describe('delivered()', { skip }, () => {
  test('answers for a socket of ours after it was closed', async (t) => {
    const { ours, theirs } = await connection(t, sockets['safe-socket']);
    theirs.resume().once('end', () => theirs.end());
    ours.resume();
    ours.end('hello');
    await once(ours, 'close');
    assert.deepEqual(await safe.delivered(ours), { bytesDelivered: 5, resetByPeer: false });
  });

  for (const kind of ['safe-socket', 'guarded net']) {
    test(`remembers what became of the bytes of a socket of ${kind} that was reset after end()`, async (t) => {
      const { ours, theirs } = await connection(t, sockets[kind]);
      ours.end('never read');
      assert.deepEqual(await safe.delivered(ours), { bytesDelivered: 10, resetByPeer: false });
      const closed = new Promise((resolve) => ours.once('close', resolve));
      theirs.destroy();
      await closed;
      assert.deepEqual(await safe.delivered(ours), { bytesDelivered: 10, resetByPeer: true });
      assert.deepEqual(await safe.closeGracefully(ours), { bytesDelivered: 10, bytesUndelivered: 0, endedBy: 'reset' });
    });
  }

  test('does not know what became of the bytes of a socket of net that nobody had asked about', async (t) => {
    const { ours } = await connection(t, sockets['guarded net']);
    ours.write('hello');
    ours.destroy();
    await assert.rejects(safe.delivered(ours), { code: 'ERR_SOCKET_ALREADY_ENDED', bytesUndelivered: undefined });
  });

  test('works over TLS, for the bytes of the program', async (t) => {
    const server = tls.createServer(credentials, (socket) => socket.resume()).listen(0);
    t.after(() => server.close());
    await once(server, 'listening');
    const ours = tls.connect({ port: server.address().port, host: 'localhost', ca: credentials.cert });
    t.after(() => ours.destroy());
    await once(ours, 'secureConnect');
    ours.write(Buffer.alloc(300_000));
    assert.deepEqual(await safe.delivered(ours), { bytesDelivered: 300_000, resetByPeer: false });
  });

  test('rejects bad arguments with an error that names them', async (t) => {
    const { ours } = await connection(t, sockets['safe-socket']);
    await assert.rejects(safe.delivered({}), {
      code: 'ERR_INVALID_ARG_TYPE',
      message: /^The "socket" argument must be an instance of Socket of net or tls\. /,
    });
    await assert.rejects(safe.delivered(ours, null), { code: 'ERR_INVALID_ARG_TYPE', message: /"options"/ });
    await assert.rejects(safe.delivered(ours, { timeout: '1' }), { code: 'ERR_INVALID_ARG_TYPE', message: /timeout/ });
    await assert.rejects(safe.delivered(ours, { timeout: -1 }), { code: 'ERR_OUT_OF_RANGE', message: /timeout/ });
    await assert.rejects(safe.delivered(ours, { signal: 1 }), { code: 'ERR_INVALID_ARG_TYPE', message: /signal/ });
  });
});
