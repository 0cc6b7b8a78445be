'use strict';

/** What is known of a connection is forgotten with it: the same object may be connected again. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const { describe, test } = require('node:test');

const safe = require('../..');

const skip = process.platform === 'linux' ? false : 'only Linux tells what was acknowledged';
const TOO_MUCH = 16_000_000;

const sockets = {
  'safe-socket': () => new safe.Socket(),
  'guarded net': () => safe.safeSocket(new net.Socket()),
  net: () => new net.Socket(),
};

/**
 * @param {any} socket
 * @param {net.Server} server
 * @returns {Promise<net.Socket>} the other side
 */
async function connect(socket, server) {
  socket.connect(/** @type {net.AddressInfo} */ (server.address()).port, '127.0.0.1');
  const [[peer]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
  return peer.on('error', () => {});
}

/**
 * @param {import('node:test').TestContext} t
 * @param {() => any} make
 * @returns {Promise<{ server: net.Server, socket: any }>} connected for the first time, to a peer that reads
 */
async function begin(t, make) {
  const server = net.createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const socket = make();
  t.after(() => socket.destroy());
  (await connect(socket, server)).resume();
  return { server, socket };
}

for (const [kind, make] of Object.entries(sockets)) {
  describe(`delivered() on a socket of ${kind} that is connected again`, { skip, timeout: 150_000 }, () => {
    test('promises no more than the new peer has received', async (t) => {
      const { server, socket } = await begin(t, make);
      assert.equal(safe.peerState(socket), 'open');
      socket.write(Buffer.alloc(TOO_MUCH));
      assert.equal((await safe.delivered(socket)).bytesDelivered, TOO_MUCH);
      socket.destroy();
      await once(socket, 'close');

      const peer = await connect(socket, server);
      t.after(() => peer.destroy());
      socket.write(Buffer.alloc(TOO_MUCH));
      const { bytesDelivered, bytesUndelivered } = await safe
        .delivered(socket, { timeout: 100 })
        .then(assert.fail, (error) => error);
      assert.equal(bytesDelivered + bytesUndelivered, TOO_MUCH);
      const { bytesReceived } = safe.tcpInfo(peer);
      assert.ok(bytesDelivered <= bytesReceived, `${bytesDelivered} promised, ${bytesReceived} received`);
    });

    test('remembers nothing of a connection that was only asked for its peer', async (t) => {
      const { server, socket } = await begin(t, make);
      await new Promise((resolve) => socket.write(Buffer.alloc(TOO_MUCH), resolve));
      assert.equal(safe.peerState(socket), 'open');
      socket.destroy();
      await once(socket, 'close');

      const peer = await connect(socket, server);
      t.after(() => peer.destroy());
      socket.write(Buffer.alloc(TOO_MUCH));
      const { bytesDelivered } = await safe.delivered(socket, { timeout: 100 }).then(assert.fail, (error) => error);
      const { bytesReceived } = safe.tcpInfo(peer);
      assert.ok(bytesDelivered <= bytesReceived, `${bytesDelivered} promised, ${bytesReceived} received`);
    });
  });
}
