'use strict';

/** The addon and lib/ may be loaded again: by a test runner that empties the module cache, by workers. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');

const { ROOT, evaluatedAgain } = require('../support/copies');

const ROUNDS = 20;

test('lib/ evaluated again on the same addon talks to itself and to the first copy', async (t) => {
  const first = evaluatedAgain();
  const second = evaluatedAgain();
  assert.notEqual(first.Socket, second.Socket);
  await assertEcho(t, first, second);
  await assertEcho(t, second, first);
  await assertEcho(t, second, second);
});

test('the addon loaded again into the same environment has an event loop of its own', async (t) => {
  const first = evaluatedAgain();
  const second = evaluatedAgain({ withAddon: true });
  await assertEcho(t, first, second);
  await assertEcho(t, second, first);
});

test(`${ROUNDS} copies one after the other all work, and so does the first`, async (t) => {
  const first = evaluatedAgain();
  for (let round = 0; round < ROUNDS; round++) {
    await assertEcho(t, evaluatedAgain(), first);
  }
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
  const net = require('../..');
  for (const { worker, listening } of workers) {
    const [port] = await listening;
    assert.equal(await echo(net, port), 'hello');
    const exited = once(worker, 'exit');
    worker.postMessage('close');
    assert.deepEqual(await exited, [0]);
  }
});

/**
 * @param {import('node:test').TestContext} t
 * @param {typeof import('../..')} serving
 * @param {typeof import('../..')} asking
 */
async function assertEcho(t, serving, asking) {
  const server = serving.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  assert.equal(await echo(asking, port), 'hello');
}

/**
 * @param {typeof import('../..')} net
 * @param {number} port
 */
async function echo(net, port) {
  const socket = net.connect(port, '127.0.0.1');
  socket.end('hello');
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}
