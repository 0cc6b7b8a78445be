'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const nodeNet = require('node:net');
const process = require('node:process');
const { describe, test } = require('node:test');

const safe = require('../..');
const { connectedToPaused } = require('../support/connection');

const skip = process.platform === 'linux' ? false : 'only Linux is asked yet';

const sockets = { 'safe-socket': safe.connect, net: nodeNet.connect };

const connection = (t, connect, isPath) =>
  connectedToPaused(
    t,
    (options) => {
      const socket = connect(options).on('error', () => {});
      assert.equal(safe.peerState(socket), undefined, 'while it connects');
      return socket;
    },
    isPath,
  );

/** Over the loopback it takes no time worth waiting for, but some. */
async function untilState(socket, state) {
  while (safe.peerState(socket) !== state) await new Promise(setImmediate);
}

for (const [kind, connect] of Object.entries(sockets)) {
  for (const transport of ['tcp', 'unix']) {
    describe(`peerState() of a socket of ${kind} over ${transport}`, { skip }, () => {
      test('is open, and half-closed as soon as the FIN is there, behind unread data too', async (t) => {
        const { ours, theirs } = await connection(t, connect, transport === 'unix');
        ours.pause();
        assert.equal(safe.peerState(ours), 'open');
        theirs.end('unread');
        await untilState(ours, 'half-closed');
        const [data] = await Promise.all([once(ours, 'data'), ours.resume()]);
        assert.equal(String(data), 'unread');
      });

      test('is reset although the socket is paused, and leaves the error to whoever reads', async (t) => {
        const { ours, theirs } = await connection(t, connect, transport === 'unix');
        ours.pause();
        ours.write('never read');
        if (transport === 'tcp') await safe.delivered(ours);
        theirs.destroy();
        await untilState(ours, 'reset');
        if (ours.destroyed) return;
        const failed = once(ours, 'error').catch((error) => [error]);
        ours.resume();
        assert.equal((await failed)[0].code, 'ECONNRESET');
      });

      test('is undefined without a connection', async (t) => {
        const { ours } = await connection(t, connect, transport === 'unix');
        ours.destroy();
        await once(ours, 'close');
        assert.equal(safe.peerState(ours), undefined);
      });
    });
  }

  describe(`tcpInfo() of a socket of ${kind}`, { skip }, () => {
    test('is a plain object of numbers with their units', async (t) => {
      const { ours, theirs } = await connection(t, connect, false);
      theirs.resume();
      ours.write(Buffer.alloc(100_000));
      await safe.delivered(ours);
      const { state, ...numbers } = safe.tcpInfo(ours);
      assert.equal(state, 'established');
      for (const [name, value] of Object.entries(numbers)) assert.equal(typeof value, 'number', name);
      assert.ok(numbers.rttMs > 0 && numbers.rttMs < 1000);
      assert.equal(safe.tcpInfo(theirs).bytesReceived, 100_000);
      assert.equal(numbers.bytesAcknowledged, 100_001, 'with the SYN');
      assert.ok(numbers.bytesSent >= 100_000);
      assert.ok(numbers.congestionWindowSegments > 0);
      assert.ok(numbers.receiveSegmentBytes < numbers.sendSegmentBytes, 'much was sent, and nothing came');
      assert.ok(numbers.sendSegmentBytes < numbers.pathMtuBytes);
    });

    test('is refused for what is no TCP connection', async (t) => {
      const { ours } = await connection(t, connect, true);
      const error = { code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', message: /TCP_INFO/ };
      assert.throws(() => safe.tcpInfo(ours), error);
      ours.destroy();
      await once(ours, 'close');
      assert.throws(() => safe.tcpInfo(ours), { code: 'ERR_SOCKET_CLOSED' });
      assert.throws(() => safe.tcpInfo({}), { code: 'ERR_INVALID_ARG_TYPE' });
    });
  });
}
