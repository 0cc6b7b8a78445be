'use strict';

/**
 * The memory that sockets share (the slab they read into, the buffers that writes are gathered in) never shows: no Buffer
 * that was handed out is written again, no byte of one socket appears in another, and a peer cannot make us hold more than
 * the marks allow.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const net = require('../..');

const ROOT = path.join(__dirname, '..', '..');
const FIXTURE = path.join(__dirname, '..', 'fixtures', 'kept-buffers.js');
const run = promisify(execFile);

/** What one read takes at most, as in lib/native.js. */
const SLAB_BYTES = 512 << 10;
const FLOOD = 32 << 20;

for (const isPoisoned of [false, true]) {
  test(
    `Buffers that were handed out stay as they are${isPoisoned ? ', with what is free overwritten' : ''}`,
    { timeout: 150_000 },
    async () => {
      const { wrong, bytes } = await keep(ROOT, isPoisoned);
      assert.equal(wrong, 0);
      assert.ok(bytes > 10e6, `only ${bytes} bytes`);
    },
  );
}

/** Each breaks the package in a way that the test above must see. */
const MUTANTS = [
  {
    name: 'the slab handed out',
    file: 'native/pool.js',
    pattern: /function copyOf\(loop, length\) \{/,
    replacement: 'function copyOf(loop, length) {\n  return loop.slab.subarray(0, length);',
  },
  {
    name: 'a place in the pool given out twice',
    file: 'native/pool.js',
    pattern: /piece\.start \+ \(place >>> piece\.lengthBits\)/,
    replacement: 'piece.start',
  },
  {
    name: 'a gather buffer that is used again too soon',
    file: 'socket/gather.js',
    pattern: /const taken = state\.stream\.write\(batch\.bytes\);/,
    replacement: 'batch.settle(null, true);\n  const taken = state.stream.write(batch.bytes);',
  },
];

for (const { name, file, pattern, replacement } of MUTANTS) {
  test(`${name} would be found`, { timeout: 150_000 }, async (t) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mutant-'));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    fs.cpSync(path.join(ROOT, 'lib'), path.join(folder, 'lib'), { recursive: true });
    for (const other of ['index.js', 'package.json']) fs.copyFileSync(path.join(ROOT, other), path.join(folder, other));
    const source = path.join(folder, 'lib', file);
    const text = fs.readFileSync(source, 'utf8');
    assert.match(text, pattern);
    fs.writeFileSync(source, text.replace(pattern, replacement));
    const { wrong } = await keep(folder, true);
    assert.ok(wrong > 0);
  });
}

test('a peer that floods sockets which nobody reads fills their high-water marks, and one read more', async (t) => {
  const SOCKETS = 10;
  const server = net.createServer((/** @type {any} */ socket) => {
    socket.on('error', () => {});
    socket.end(Buffer.alloc(FLOOD));
    t.after(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const clients = Array.from({ length: SOCKETS }, () => net.connect(port, '127.0.0.1'));
  for (const client of clients) {
    t.after(() => client.destroy());
    client.on('error', () => {});
    client.once('readable', () => {});
  }
  await Promise.all(clients.map((client) => once(client, 'readable')));
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (const client of clients) {
    const bound = client.readableHighWaterMark + SLAB_BYTES;
    assert.ok(client.readableLength > 0 && client.readableLength <= bound, `${client.readableLength} bytes are held`);
    assert.equal(client.bytesRead, client.readableLength);
  }
});

/**
 * @param {string} folder of the package
 * @param {boolean} isPoisoned whether free memory is overwritten
 * @returns {Promise<{ wrong: number, bytes: number }>}
 */
async function keep(folder, isPoisoned) {
  const args = [FIXTURE, folder, isPoisoned ? 'poison' : ''];
  const { stdout } = await run(process.execPath, args, { timeout: 150_000 });
  return JSON.parse(stdout);
}
