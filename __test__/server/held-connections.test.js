'use strict';

/**
 * What peers that connect, and do no more, make a server and a client hold: no more than a named bound, which is that of net.
 *
 * The server is a process of its own, whose JavaScript stands still. What waits for it is in the kernel: the tests look there, in
 * /proc/net/tcp, and at the descriptors of the process.
 */

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const nodeNet = require('node:net');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');

const safe = require('../..');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'held-connections.js');
const BACKLOG = 16;
/** listen(2) takes one more than it is told. */
const QUEUED = BACKLOG + 1;
const PEERS = 4 * BACKLOG;
const MAX_CONNECTIONS = 3;

/** As /proc/net/tcp names them. */
const ESTABLISHED = '01';
const SYN_SENT = '02';
const LISTEN = '0A';

const options = { skip: process.platform !== 'linux' && 'only Linux shows what the kernel holds', timeout: 60_000 };

test(
  'a server that stands still holds no connection, and the kernel no more than the backlog, as with net',
  options,
  async (t) => {
    const expected = { queued: QUEUED, descriptors: 0, accepted: QUEUED, open: QUEUED };
    for (const implementation of ['net', 'safe-socket']) {
      const server = await blocked(t, implementation);
      const before = descriptorsOf(server.child.pid);
      const peers = await knock(t, server.port, PEERS);
      const { queued } = kernelOf(server.port);
      const descriptors = descriptorsOf(server.child.pid) - before;
      peers.filter(({ connecting }) => connecting).forEach((peer) => peer.destroy());
      const { accepted, open } = await server.goOn(({ accepted }) => accepted === QUEUED);
      assert.deepEqual({ queued, descriptors, accepted, open }, expected, implementation);
    }
  },
);

test('a server with maxConnections holds one descriptor more, however many wait, as with net', options, async (t) => {
  for (const implementation of ['net', 'safe-socket']) {
    const server = await blocked(t, implementation, MAX_CONNECTIONS);
    await knock(t, server.port, QUEUED);
    const { accepted, mostDescriptors } = await server.goOn(({ dropped }) => dropped === QUEUED - MAX_CONNECTIONS);
    assert.equal(accepted, MAX_CONNECTIONS, implementation);
    assert.ok(mostDescriptors <= MAX_CONNECTIONS + 1, `${mostDescriptors} descriptors with ${implementation}`);
  }
});

test('peers that connect and reset at once leave nothing behind, as with net', options, async (t) => {
  for (const implementation of ['net', 'safe-socket']) {
    const server = await blocked(t, implementation);
    for (const peer of await knock(t, server.port, QUEUED)) peer.resetAndDestroy();
    const last = await server.goOn(({ accepted, open }) => accepted === QUEUED && open === 0);
    assert.equal(last.descriptors, 0, implementation);
  }
});

test('a connection that nobody answers holds a descriptor until it is destroyed, as with net', options, async (t) => {
  const { port } = await full(t);
  for (const implementation of [nodeNet, safe]) {
    const before = descriptorsOf('self');
    const sockets = Array.from({ length: PEERS }, () => implementation.connect(port, '127.0.0.1'));
    t.after(() => sockets.forEach((socket) => socket.destroy()));
    await Promise.all(sockets.map((socket) => once(socket, 'connectionAttempt')));
    assert.equal(descriptorsOf('self') - before, PEERS);
    for (const socket of sockets) socket.destroy();
    await Promise.all(sockets.map((socket) => once(socket, 'close')));
    assert.equal(descriptorsOf('self'), before);
  }
});

test(
  'a name with many addresses, none of which answers, makes a socket hold one descriptor, as with net',
  options,
  async (t) => {
    const { port } = await full(t);
    const addresses = Array.from({ length: 20 }, (_, i) => ({ address: `127.0.0.${i + 2}`, family: 4 }));
    for (const implementation of [nodeNet, safe]) {
      const before = descriptorsOf('self');
      let attempts = 0;
      let most = 0;
      const socket = implementation.connect({
        port,
        host: 'many.example',
        autoSelectFamily: true,
        autoSelectFamilyAttemptTimeout: 10,
        lookup: (_host, _options, callback) => setImmediate(callback, null, addresses),
      });
      t.after(() => socket.destroy());
      socket.on('connectionAttempt', () => {
        attempts += 1;
        // Node 20 says so before it has the descriptor.
        process.nextTick(() => (most = Math.max(most, descriptorsOf('self') - before)));
      });
      // The last one waits as long as the kernel.
      while (attempts < addresses.length) await once(socket, 'connectionAttempt');
      assert.equal(most, 1);
      socket.destroy();
      await once(socket, 'close');
      assert.equal(descriptorsOf('self'), before);
    }
  },
);

/**
 * @param {import('node:test').TestContext} t
 * @param {string} implementation
 * @param {number} [maxConnections]
 */
async function blocked(t, implementation, maxConnections) {
  const args = [
    FIXTURE,
    implementation,
    String(BACKLOG),
    ...(maxConnections === undefined ? [] : [String(maxConnections)]),
  ];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] });
  t.after(() => child.kill('SIGKILL'));
  const [port] = /** @type {[number]} */ (await once(child, 'message'));
  child.send('block');
  await once(/** @type {import('node:stream').Readable} */ (child.stdout), 'data');
  return { child, port, goOn };

  /**
   * @param {(seen: any) => boolean} isAll
   * @returns {Promise<any>} what the server holds when that is true
   */
  function goOn(isAll) {
    child.stdin?.write('!');
    return new Promise((resolve) => {
      child.on('message', (seen) => isAll(seen) && resolve(seen));
    });
  }
}

/**
 * @param {import('node:test').TestContext} t
 * @returns {Promise<{ port: number }>} of a server whose queue takes no more
 */
async function full(t) {
  // What its event loop holds is there from the first socket on.
  await once(safe.createServer().listen(0).close(), 'close');
  const server = await blocked(t, 'net');
  await knock(t, server.port, QUEUED);
  return server;
}

/**
 * Has so many peers connect, and waits until the kernel has taken those that it takes.
 *
 * @param {import('node:test').TestContext} t
 * @param {number} port
 * @param {number} count
 */
async function knock(t, port, count) {
  const peers = Array.from({ length: count }, () => nodeNet.connect(port, '127.0.0.1').on('error', () => {}));
  t.after(() => peers.forEach((peer) => peer.destroy()));
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const { established, waiting } = kernelOf(port);
    const connected = peers.filter(({ connecting }) => !connecting).length;
    if (established + waiting === count && connected === established) return peers;
  }
}

/**
 * @param {number} port of a listening socket
 * @returns what waits in its queue, and the states of those that connect to it
 */
function kernelOf(port) {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = fs.readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1);
  const found = { queued: 0, established: 0, waiting: 0 };
  for (const row of rows) {
    const [, local, remote, state, queues] = row.trim().split(/\s+/);
    // The receive queue of a listening socket is its accept queue.
    if (local.endsWith(suffix) && state === LISTEN) found.queued = Number.parseInt(queues.split(':')[1], 16);
    if (remote.endsWith(suffix) && state === ESTABLISHED) found.established += 1;
    if (remote.endsWith(suffix) && state === SYN_SENT) found.waiting += 1;
  }
  return found;
}

/** @param {number | string | undefined} pid */
function descriptorsOf(pid) {
  return fs.readdirSync(`/proc/${pid}/fd`).length;
}
