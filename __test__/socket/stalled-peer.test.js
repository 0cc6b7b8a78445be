'use strict';

/**
 * Peers that stop, and many at once: what waits for a peer is bounded by `highWaterMark` plus one chunk, costs no
 * processor time, and arrives whole when the peer goes on; and a burst of connections as large as descriptors allow is served.
 */

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const { once } = require('node:events');
const nodeNet = require('node:net');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');

const net = require('../..');

const FIXTURES = path.join(__dirname, '..', 'fixtures');
const CHUNK = 64 << 10;
const TOTAL = 32 << 20;
/** SAFE_SOCKET_STOPPED_MS=180000 leaves the send queue full for three minutes. */
const STOPPED_MS = Number(process.env.SAFE_SOCKET_STOPPED_MS ?? 1500);

const WANTED = 10_000;
const BACKLOG = 4096;
/** Descriptors of a process for other things. */
const OTHERS = 500;

test(
  'a peer that is stopped by SIGSTOP and goes on gets every byte',
  { skip: process.platform === 'win32', timeout: 150_000 + 2 * STOPPED_MS },
  async (t) => {
    const server = net.createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const child = spawn(process.execPath, [path.join(FIXTURES, 'slow-peer.js'), String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    const [socket] = await once(server, 'connection');
    t.after(() => socket.destroy());
    child.kill('SIGSTOP');

    const hash = createHash('sha256');
    let sent = 0;
    let most = 0;
    const pump = () => {
      while (sent < TOTAL) {
        const chunk = Buffer.alloc(CHUNK, sent / CHUNK);
        hash.update(chunk);
        sent += CHUNK;
        const goOn = socket.write(chunk);
        most = Math.max(most, socket.writableLength);
        if (!goOn) return;
      }
      socket.end();
    };
    socket.on('drain', pump);
    pump();
    assert.equal(socket.writableNeedDrain, true, 'the kernel took everything');

    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, STOPPED_MS));
    const { user, system } = process.cpuUsage(before);
    assert.ok(
      (user + system) / 1000 < STOPPED_MS / 5,
      `${(user + system) / 1000} ms of processor time in ${STOPPED_MS} ms`,
    );
    assert.equal(socket.destroyed, false);

    let stdout = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.kill('SIGCONT');
    await once(child, 'close');
    assert.deepEqual(JSON.parse(stdout), { bytes: TOTAL, sha256: hash.digest('hex') });
    assert.ok(most <= socket.writableHighWaterMark + CHUNK, `${most} bytes waited`);
  },
);

const limit = process.platform === 'win32' ? 0 : Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }));
const connections = Number.isNaN(limit) ? WANTED : Math.min(WANTED, limit - OTHERS);

test(
  `${connections} connections at once through a backlog of ${BACKLOG}`,
  { skip: connections < 1000 && 'too few descriptors', timeout: 120_000 },
  async (t) => {
    const child = spawn(process.execPath, [path.join(FIXTURES, 'many-connections.js'), String(BACKLOG), '300'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    const port = Number(String((await once(child.stdout, 'data'))[0]));
    /** @type {Record<string, number>} */
    const fates = {};
    /** @type {import('node:net').Socket[]} */
    const sockets = [];
    t.after(() => sockets.forEach((socket) => socket.destroy()));
    const host = (/** @type {number} */ i) => (process.platform === 'linux' ? `127.0.0.${2 + (i % 8)}` : undefined);
    await Promise.all(
      Array.from({ length: connections }, async (_, i) => {
        const socket = nodeNet.connect({ port, host: '127.0.0.1', localAddress: host(i) });
        sockets.push(socket);
        const fate = new Promise((resolve) => {
          socket.on('error', (error) => resolve(/** @type {any} */ (error).code));
          socket.on('data', (chunk) => resolve(chunk.readUInt32LE() === i ? 'served' : 'somebody else’s answer'));
        });
        const question = Buffer.alloc(4);
        question.writeUInt32LE(i);
        socket.write(question);
        const name = String(await fate);
        fates[name] = (fates[name] ?? 0) + 1;
      }),
    );
    assert.deepEqual(fates, { served: connections });
    child.stdin.end();
    const report = JSON.parse(String((await once(child.stdout, 'data'))[0]));
    assert.equal(report.served, connections);
  },
);
