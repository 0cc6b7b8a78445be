'use strict';

/** `worker_threads`: servers and clients in eight workers at once, each with an event loop of its own. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const path = require('node:path');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');

const safe = require('../..');

const WORKERS = 8;
const ROUNDS = 200;
const FIXTURE = path.join(__dirname, '..', 'fixtures', 'workers.js');

test('eight workers talk in a ring, and to the main thread', { timeout: 150_000 }, async (t) => {
  const { workers, ports } = await startRing(t);
  const counts = await Promise.all(
    workers.map(async (worker, index) => {
      worker.postMessage({ port: ports[(index + 1) % WORKERS], rounds: ROUNDS });
      const [message] = await once(worker, 'message');
      return message.answered;
    }),
  );
  assert.deepEqual(counts, Array(WORKERS).fill(ROUNDS));
  assert.equal(await ask(ports[0]), 'echo');
});

test('workers terminated in the middle of their talks leave the others talking', { timeout: 150_000 }, async (t) => {
  const { workers, ports } = await startRing(t);
  for (const [index, worker] of workers.entries()) {
    worker.postMessage({ port: ports[(index + 1) % WORKERS], rounds: Infinity });
  }
  assert.equal(await ask(ports[0]), 'echo');
  const survivors = workers.filter((_, index) => index % 2 === 0);
  await Promise.all(workers.filter((worker) => !survivors.includes(worker)).map((worker) => worker.terminate()));
  for (const survivor of survivors) assert.equal(await ask(ports[workers.indexOf(survivor)]), 'echo');
});

/** @param {import('node:test').TestContext} t */
async function startRing(t) {
  const workers = Array.from({ length: WORKERS }, () => new Worker(FIXTURE));
  t.after(() => Promise.all(workers.map((worker) => worker.terminate())));
  const ports = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0].port));
  return { workers, ports };
}

/** @param {number} port */
async function ask(port) {
  const socket = safe.connect(port, '127.0.0.1').setEncoding('utf8');
  socket.write('echo');
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return answer;
}
