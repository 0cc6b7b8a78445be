'use strict';

/** Short messages share memory, as small Buffers of Node do. Nobody notices but by looking at `buffer`. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const net = require('../..');
const { connected } = require('../support/connection');

const ROOT = path.join(__dirname, '..', '..');
const run = promisify(execFile);

/** Around every bound there is: that of the pool, of a piece of it, of its alignment. */
const LENGTHS = [1, 7, 8, 9, 63, 64, 65, 511, 512, 1_000, 1_023, 1_024, 1_025, 2_047, 2_048, 4_095, 4_096, 9_000];
const ROUNDS = 60;

test('messages of all lengths are Buffers of that length, and stay as they came', async (t) => {
  const { socket, peer } = await connected(t, (options) => net.connect(options));
  const kept = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const length of LENGTHS)
      kept.push({
        sent: patterned(kept.length, length),
        got: await receive(socket, peer, patterned(kept.length, length)),
      });
  }
  for (const { sent, got } of kept) {
    assert.ok(Buffer.isBuffer(got) && got.constructor === Buffer);
    assert.deepEqual(got, sent);
  }
});

test('what a program writes into one of them is in no other', async (t) => {
  const { socket, peer } = await connected(t, (options) => net.connect(options));
  const kept = [];
  for (let index = 0; index < 600; index += 1) {
    const got = await receive(socket, peer, patterned(index, 100));
    if (index % 2 === 0) got.fill(0xff);
    else kept.push({ index, got });
  }
  for (const { index, got } of kept) assert.deepEqual(got, patterned(index, 100));
});

test("they come out of Node's pool, which cannot be transferred", async (t) => {
  const { socket, peer } = await connected(t, (options) => net.connect(options));
  await receive(socket, peer, Buffer.from('the first'));
  const got = await receive(socket, peer, Buffer.from('the second'));
  assert.equal(got.buffer.byteLength, Buffer.allocUnsafe(8).buffer.byteLength);
  assert.equal(got.byteOffset % 8, 0);
  // Up to Node 20 what cannot be transferred is cloned.
  try {
    structuredClone(got, { transfer: [got.buffer] });
  } catch (error) {
    assert.equal(error.name, 'DataCloneError');
  }
  assert.equal(got.toString(), 'the second');
});

for (const [name, statement] of [
  ['without a pool', 'Buffer.poolSize = 0'],
  ['whose Buffers are all filled with zeros', 'Buffer.allocUnsafe = Buffer.alloc'],
]) {
  test(`a program ${name} gets memory for each of them`, async () => {
    const script = `
      ${statement};
      const net = require(${JSON.stringify(ROOT)});
      const server = net.createServer((socket) => socket.on('data', (chunk) => socket.write(chunk)));
      server.listen(0, '127.0.0.1', () => {
        const sizes = [];
        const socket = net.connect(server.address().port, '127.0.0.1', () => socket.write('hello'));
        socket.on('data', (chunk) => {
          sizes.push(chunk.buffer.byteLength);
          if (sizes.length < 5) return socket.write('hello');
          console.log(JSON.stringify(sizes));
          process.exit();
        });
      });`;
    const { stdout } = await run(process.execPath, ['-e', script]);
    assert.deepEqual(JSON.parse(stdout), [5, 5, 5, 5, 5]);
  });
}

test('they end up in the buffer of onread', async (t) => {
  const buffer = Buffer.alloc(100);
  /** @type {(text: string) => void} */
  let heard = () => {};
  const callback = (/** @type {number} */ nread) => {
    heard(buffer.toString('latin1', 0, nread));
    return true;
  };
  const { socket, peer } = await connected(t, (options) => net.connect({ ...options, onread: { buffer, callback } }));
  for (let index = 0; index < 50; index += 1) {
    const text = new Promise((resolve) => (heard = resolve));
    peer.write(`message ${index}`);
    assert.equal(await text, `message ${index}`);
  }
  assert.equal(socket.bytesRead, 'message 0'.length * 10 + 'message 10'.length * 40);
});

/**
 * @param {any} socket
 * @param {any} peer
 * @param {Buffer} message
 * @returns {Promise<Buffer>} as it came, in one piece or put together
 */
function receive(socket, peer, message) {
  return new Promise((resolve) => {
    /** @type {Buffer[]} */
    const chunks = [];
    let length = 0;
    socket.on('data', function onData(/** @type {Buffer} */ chunk) {
      chunks.push(chunk);
      length += chunk.length;
      if (length < message.length) return;
      socket.off('data', onData);
      resolve(chunks.length === 1 ? chunk : Buffer.concat(chunks));
    });
    peer.write(message);
  });
}

/**
 * @param {number} seed
 * @param {number} length
 */
function patterned(seed, length) {
  return Buffer.from(Array.from({ length }, (_, i) => (Math.imul(seed + 1, 31) + i) & 0xff));
}
