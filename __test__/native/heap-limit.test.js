'use strict';

/** A worker that dies of its heap limit inside a handler, and children of a process with sockets open. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const net = require('../..');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'heap-limit.js');
const skip = process.platform !== 'linux' && 'descriptors are counted in /proc';
const run = promisify(execFile);

test(
  'workers that run into their heap limit with sockets open leave a process that works',
  { skip, timeout: 150_000 },
  async () => {
    const { stdout } = await run(process.execPath, [FIXTURE], { timeout: 140_000 });
    const { codes, data, before, after } = JSON.parse(stdout);
    assert.deepEqual(new Set(codes), new Set(['ERR_WORKER_OUT_OF_MEMORY']));
    assert.equal(data, 'works');
    assert.ok(after <= before, `${before} descriptors before, ${after} after`);
  },
);

test('a child process inherits no socket', { skip, timeout: 150_000 }, async (t) => {
  const before = await run('ls', ['/proc/self/fd']);
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const client = net.connect(port, '127.0.0.1');
  const [accepted] = await once(server, 'connection');
  t.after(() => client.destroy());
  t.after(() => accepted.destroy());
  const after = await run('ls', ['/proc/self/fd']);
  assert.equal(after.stdout, before.stdout);
});
