'use strict';

/** A reset at every point of a connection's life: the same events, errors and callbacks as on `net`, in the same run. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const nodeNet = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');

const safeSocket = require('../..');

const FLOOD = 16 << 20;

/**
 * A point is told by what the two sides did before the reset. `subject` is what is tested, `peer` is always net's.
 *
 * @type {Record<string, (subject: any, peer: import('node:net').Socket, log: string[]) => Promise<void> | void>}
 */
const POINTS = {
  'before the first byte': (subject) => {
    subject.resume();
  },
  'before the first byte, on a socket that does not read': () => {},
  'after a conversation': async (subject, peer) => {
    peer.write('question');
    await once(subject, 'data');
    subject.write('answer');
    await once(peer, 'data');
  },
  'with bytes that the subject has not read': async (subject, peer) => {
    peer.write(Buffer.alloc(1000));
    await once(subject, 'readable');
  },
  'mid-write': async (subject, peer, log) => {
    subject.resume();
    subject.write(Buffer.alloc(FLOOD), (/** @type {any} */ error) => log.push(`written ${error?.code}`));
    await once(peer, 'data');
    peer.pause();
  },
  'mid-write, with more writes queued': async (subject, peer, log) => {
    subject.resume();
    for (let i = 0; i < 3; i += 1) {
      subject.write(Buffer.alloc(FLOOD), (/** @type {any} */ error) => log.push(`written ${i} ${error?.code}`));
    }
    await once(peer, 'data');
    peer.pause();
  },
  'mid-write, when the peer has just made room': async (subject, peer, log) => {
    subject.resume();
    subject.write(Buffer.alloc(FLOOD), (/** @type {any} */ error) => log.push(`written ${error?.code}`));
    while (peer.bytesRead < FLOOD / 2) await once(peer, 'data');
    // Whatever waits for events elsewhere than on this thread, has heard of the room, and not of the reset.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  },
  'during end(data)': async (subject, peer, log) => {
    subject.resume();
    subject.end(Buffer.alloc(FLOOD), (/** @type {any} */ error) => log.push(`ended ${error?.code}`));
    await once(peer, 'data');
    peer.pause();
  },
  'after the FIN of the subject': async (subject, peer) => {
    subject.resume();
    subject.end('bye');
    peer.resume();
    await once(peer, 'end');
  },
};

/** Where even `net` meets the reset now by the write and now by the read: what it does mostly counts. */
const RUNS = { 'mid-write, when the peer has just made room': 7 };

for (const [point, prepare] of Object.entries(POINTS)) {
  for (const side of ['a client', 'an accepted socket']) {
    test(`a reset ${point} of ${side}`, { timeout: 150_000 }, async () => {
      const runs = RUNS[point] ?? 1;
      const expected = await mostly(runs, () => observe(nodeNet, side, prepare));
      assert.deepEqual(await mostly(runs, () => observe(safeSocket, side, prepare)), expected);
      assert.equal(expected.at(-1)?.startsWith('close'), true);
    });
  }
}

/**
 * @param {number} runs
 * @param {() => Promise<string[]>} run
 * @returns {Promise<string[]>} the log that came most often
 */
async function mostly(runs, run) {
  /** @type {Map<string, { log: string[], times: number }>} */
  const seen = new Map();
  for (let i = 0; i < runs; i += 1) {
    const log = await run();
    const key = log.join('\n');
    seen.set(key, { log, times: (seen.get(key)?.times ?? 0) + 1 });
  }
  return [...seen.values()].sort((a, b) => b.times - a.times)[0].log;
}

test('a reset in the accept queue', { timeout: 150_000 }, async () => {
  assert.deepEqual(await acceptReset(safeSocket), await acceptReset(nodeNet));
});

test('a write that finds out about a reset, on a socket that begins to read', { timeout: 150_000 }, async () => {
  assert.deepEqual(await writeIntoReset(safeSocket), await writeIntoReset(nodeNet));
});

/**
 * @param {any} net
 * @returns {Promise<string[]>}
 */
async function writeIntoReset(net) {
  const server = net.createServer({ pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peer = nodeNet.connect(server.address().port, '127.0.0.1');
  const [subject] = await once(server, 'connection');
  server.close();
  peer.end();
  await once(peer, 'finish');
  peer.destroy();
  await once(peer, 'close');
  // From here libuv tells the outcome of a write before it polls.
  await new Promise(setImmediate);
  const log = logOf(subject);
  subject.read(1);
  subject.write(Buffer.alloc(FLOOD), (/** @type {any} */ error) => log.push(`written ${error?.code}`));
  log.push(`close ${await new Promise((resolve) => subject.on('close', resolve))}`);
  return log;
}

/**
 * @param {any} subject
 * @returns {string[]} what it emits
 */
function logOf(subject) {
  /** @type {string[]} */
  const log = [];
  for (const event of ['end', 'finish']) subject.on(event, () => log.push(event));
  subject.on('error', (/** @type {any} */ error) => log.push(`error ${error.syscall} ${error.code} ${error.errno}`));
  return log;
}

// Another thread may wake up for the data alone: a row of the compatibility table.
const skip = process.env.SAFE_SOCKET_DRIVER === 'thread' && 'a race with the thread driver';

test('a reset that comes with the last data, while a write waits', { timeout: 150_000, skip }, async () => {
  assert.deepEqual(await resetWithData(safeSocket), await resetWithData(nodeNet));
});

/**
 * @param {any} net
 * @returns {Promise<string[]>}
 */
async function resetWithData(net) {
  const server = net.createServer();
  server.listen(path.join(os.tmpdir(), `reset-${process.pid}-${net === nodeNet ? 'net' : 'safe-socket'}`));
  await once(server, 'listening');
  const peer = nodeNet.connect(/** @type {string} */ (server.address()));
  const [subject] = await once(server, 'connection');
  server.close();
  const log = logOf(subject);
  subject.on('data', () => log.push('data'));
  subject.write(Buffer.alloc(FLOOD), (/** @type {any} */ error) => log.push(`written ${error?.code}`));
  // What the peer has not read makes its close a reset.
  await once(peer, 'readable');
  peer.write('last words');
  peer.destroy();
  log.push(`close ${await new Promise((resolve) => subject.on('close', resolve))}`);
  return log;
}

/**
 * @param {any} net
 * @param {string} side
 * @param {(subject: any, peer: import('node:net').Socket, log: string[]) => Promise<void> | void} prepare
 * @returns {Promise<string[]>}
 */
async function observe(net, side, prepare) {
  const isClient = side === 'a client';
  const server = (isClient ? nodeNet : net).createServer({ allowHalfOpen: isClient });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = (isClient ? net : nodeNet).connect({
    port: server.address().port,
    host: '127.0.0.1',
    allowHalfOpen: !isClient,
  });
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  server.close();
  const [subject, peer] = isClient ? [client, accepted] : [accepted, client];
  const log = logOf(subject);
  peer.on('error', () => {});
  await prepare(subject, peer, log);
  const closed = new Promise((resolve) => subject.on('close', (/** @type {boolean} */ hadError) => resolve(hadError)));
  peer.resetAndDestroy();
  const isReading = subject.readableFlowing === true || subject.writableLength > 0;
  if (!isReading) {
    await once(peer, 'close');
    // The reset is in the kernel: reading finds it.
    subject.removeAllListeners('readable');
    subject.resume();
  }
  log.push(`close ${await closed}`);
  return log;
}

/**
 * @param {any} net
 * @returns {Promise<string[]>}
 */
async function acceptReset(net) {
  /** @type {string[]} */
  const log = [];
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const done = new SharedArrayBuffer(4);
  const over = new Promise((resolve) => {
    server.on('connection', (/** @type {any} */ socket) => {
      log.push('connection');
      socket.on('error', (/** @type {any} */ error) => log.push(`error ${error.syscall} ${error.code}`));
      socket.on('end', () => log.push('end'));
      socket.on('close', () => resolve(undefined));
      socket.resume();
    });
  });
  const worker = new Worker(path.join(__dirname, '..', 'fixtures', 'resetting-peer.js'), {
    workerData: { port: server.address().port, done },
  });
  await once(worker, 'online');
  Atomics.wait(new Int32Array(done), 0, 0, 10_000);
  await over;
  await worker.terminate();
  server.close();
  await once(server, 'close');
  return log;
}
