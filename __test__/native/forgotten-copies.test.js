'use strict';

/** A program may load the package again and again, and forget it: what a copy held goes with it. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const process = require('node:process');
const { test } = require('node:test');
const v8 = require('node:v8');
const { Worker } = require('node:worker_threads');

const { collectGarbage, evaluatedAgain, inContext } = require('../support/copies');

const COPIES = Number(process.env.SAFE_SOCKET_COPIES ?? 60);
/** Rounds that come first: what is made once is there afterwards. */
const FIRST = 10;

const OF_A_WORKER = `
  const { parentPort, workerData: [copies, how] } = require('node:worker_threads');
  const { collectGarbage, inContext } = require(copies);
  parentPort.on('message', () => {});
  listen(inContext()).then(collectGarbage).then(() => {
    if (how === 'process.exit()') process.exit();
    else parentPort.unref();
  });
  async function listen(copy) {
    const server = copy.createServer().listen(0, '127.0.0.1', () => server.close());
    await new Promise((resolve) => server.once('close', resolve));
  }
`;

/** @type {Record<string, () => any>} */
const WAYS = {
  'evaluated again on the same addon': evaluatedAgain,
  'evaluated in a context of its own': inContext,
  'loaded again with its addon': () => evaluatedAgain({ withAddon: true }),
};

for (const [way, load] of Object.entries(WAYS)) {
  test(`${COPIES} copies, each ${way}, leave nothing behind`, { timeout: 120_000 }, async () => {
    const before = await heldAfter(FIRST, load);
    const after = await heldAfter(COPIES, load);
    // A copy is half a megabyte, and some 30 KB of it where only its listeners are held.
    const heapBytes = (after.heapBytes - before.heapBytes) / COPIES;
    assert.ok(heapBytes < 12_000, `${heapBytes} bytes of heap a copy`);
    const arrayBufferBytes = after.arrayBufferBytes - before.arrayBufferBytes;
    assert.ok(arrayBufferBytes < 2 ** 20, `${arrayBufferBytes} bytes of buffers`);
    assert.ok(after.contexts - before.contexts < 3, `${after.contexts - before.contexts} contexts`);
    assert.ok(after.descriptors - before.descriptors < 10, `${after.descriptors - before.descriptors} descriptors`);
  });
}

test('copies in one process share one listener of exit', async (t) => {
  /** @type {Error[]} */
  const warnings = [];
  const onWarning = (/** @type {Error} */ warning) => warnings.push(warning);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  await talk(evaluatedAgain());
  const before = process.listenerCount('exit');
  for (let i = 0; i < 12; i++) await talk(evaluatedAgain());
  assert.equal(process.listenerCount('exit'), before);
  assert.deepEqual(warnings, []);
});

test('the server of a copy that nobody else remembers goes on serving, and lets it go when it closes', async () => {
  const before = (await heldAfter(FIRST, inContext)).contexts;
  const port = await serving(inContext());
  await heldAfter(FIRST, inContext);
  assert.equal(await echo(net, port), 'hello');
  await collectGarbage();
  assert.ok(v8.getHeapStatistics().number_of_native_contexts <= before + 1);
});

for (const how of ['process.exit()', 'parentPort.unref()']) {
  test(`a worker may end by ${how} in the moment in which its copy is collected`, async () => {
    for (let round = 0; round < 10; round++) {
      const worker = new Worker(OF_A_WORKER, { eval: true, workerData: [require.resolve('../support/copies'), how] });
      assert.deepEqual(await once(worker, 'exit'), [0]);
    }
  });
}

/**
 * @param {number} count
 * @param {() => any} load
 */
async function heldAfter(count, load) {
  for (let i = 0; i < count; i++) await talk(load());
  await collectGarbage();
  const { heapUsed: heapBytes, arrayBuffers: arrayBufferBytes } = process.memoryUsage();
  const contexts = v8.getHeapStatistics().number_of_native_contexts;
  const descriptors = process.platform === 'linux' ? fs.readdirSync('/proc/self/fd').length : 0;
  return { heapBytes, arrayBufferBytes, contexts, descriptors };
}

/** @param {any} copy what nothing refers to afterwards */
async function talk(copy) {
  assert.equal(await echo(copy, await serving(copy)), 'hello');
}

/**
 * @param {any} copy
 * @returns {Promise<number>} the port of a server that closes with its first connection
 */
async function serving(copy) {
  const server = copy.createServer((/** @type {net.Socket} */ socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  server.once('connection', (/** @type {net.Socket} */ socket) => socket.once('close', () => server.close()));
  await once(server, 'listening');
  return server.address().port;
}

/**
 * @param {any} copy
 * @param {number} port
 */
async function echo(copy, port) {
  const socket = copy.connect(port, '127.0.0.1');
  // In one tick: what follows the first is gathered.
  for (const letter of 'hell') socket.write(letter);
  socket.end('o');
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}
