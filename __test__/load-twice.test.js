'use strict';

/** The addon and lib/ may be loaded again: by a test runner that empties the module cache, by workers. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const v8 = require('node:v8');
const vm = require('node:vm');
const { Worker } = require('node:worker_threads');

const ROOT = path.join(__dirname, '..');
const ROUNDS = 20;

/** @returns {any} the package, with the files of its sockets, which are read when they are asked for */
function loaded() {
  const safe = require('..');
  assert.equal(typeof safe.Socket, 'function');
  return safe;
}

test('lib/ evaluated again on the same addon talks to itself and to the first copy', async (t) => {
  const first = loaded();
  forgetModules((file) => !file.endsWith('.node') && !file.endsWith('binding.js'));
  const second = loaded();
  assert.notEqual(first.Socket, second.Socket);
  await assertEcho(t, first, second);
  await assertEcho(t, second, first);
  await assertEcho(t, second, second);
});

test('the addon loaded again into the same environment has an event loop of its own', async (t) => {
  const first = loaded();
  forgetModules(() => true);
  const second = loaded();
  await assertEcho(t, first, second);
  await assertEcho(t, second, first);
});

test(`${ROUNDS} copies one after the other all work, and so does the first`, async (t) => {
  const first = loaded();
  for (let round = 0; round < ROUNDS; round++) {
    forgetModules((file) => !file.endsWith('.node') && !file.endsWith('binding.js'));
    await assertEcho(t, loaded(), first);
  }
});

test('copies that are forgotten leave little behind', async () => {
  const evaluate = async (/** @type {number} */ count) => {
    for (let i = 0; i < count; i++) {
      forgetModules((file) => !file.endsWith('.node') && !file.endsWith('binding.js'));
      module.children.length = 0;
      await talk(loaded());
    }
    return held();
  };
  const before = await evaluate(5);
  const after = await evaluate(ROUNDS);
  // Without a buffer of its own for each.
  assert.ok(after.arrayBuffers - before.arrayBuffers < 1 << 20, `${after.arrayBuffers - before.arrayBuffers} bytes`);
  // A whole copy is half a megabyte; Node 20 keeps the text of packed-rest.js.
  assert.ok((after.heapUsed - before.heapUsed) / ROUNDS < 300_000, `${after.heapUsed - before.heapUsed} bytes of heap`);
});

test('eight workers have an event loop each, beside the one of the main thread', async (t) => {
  const workers = Array.from({ length: 8 }, () => {
    const worker = new Worker(
      `
      const { parentPort, workerData } = require('node:worker_threads');
      const net = require(workerData);
      const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', () => {
        parentPort.postMessage(server.address().port);
      });
      parentPort.once('message', () => {
        server.close();
        parentPort.unref();
      });
      `,
      { eval: true, workerData: ROOT },
    );
    t.after(() => worker.terminate());
    return { worker, listening: once(worker, 'message') };
  });
  const net = require('..');
  for (const { worker, listening } of workers) {
    const [port] = await listening;
    assert.equal(await echo(net, port), 'hello');
    const exited = once(worker, 'exit');
    worker.postMessage('close');
    assert.deepEqual(await exited, [0]);
  }
});

/** @param {typeof import('..')} net what nothing refers to afterwards */
async function talk(net) {
  const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  assert.equal(await echo(net, port), 'hello');
  server.close();
  await once(server, 'close');
}

/** @returns {Promise<NodeJS.MemoryUsage>} after the garbage is gone */
async function held() {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc');
  for (let i = 0; i < 5; i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage();
}

/**
 * Empties the module cache of this package's files.
 *
 * @param {(file: string) => boolean} which
 */
function forgetModules(which) {
  for (const file of Object.keys(require.cache)) {
    const isOurs = file.startsWith(path.join(ROOT, 'lib')) || file === path.join(ROOT, 'index.js');
    if (isOurs && which(file)) delete require.cache[file];
  }
}

/**
 * @param {import('node:test').TestContext} t
 * @param {typeof import('..')} serving
 * @param {typeof import('..')} asking
 */
async function assertEcho(t, serving, asking) {
  const server = serving.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  assert.equal(await echo(asking, port), 'hello');
}

/**
 * @param {typeof import('..')} net
 * @param {number} port
 */
async function echo(net, port) {
  const socket = net.connect(port, '127.0.0.1');
  socket.end('hello');
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}
