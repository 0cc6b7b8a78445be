'use strict';

/** Waiting for a delivery keeps the process alive, as a pending write does; an unref'd socket does not. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');
const process = require('node:process');
const { describe, test } = require('node:test');

const skip = process.platform === 'linux' ? false : 'only Linux tells what was acknowledged';
const REGISTER = path.join(__dirname, '..', '..', 'register.js');
const PROGRAM = path.join(__dirname, '..', 'fixtures', 'programs', 'waits-for-delivery.js');

/** A process that waits for the delivery to a server that does not read, and what it prints. */
async function waitingProcess(t, implementation, { unrefs = '', preload = false } = {}) {
  const server = net.createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const options = preload ? ['--require', REGISTER] : [];
  const child = execFile(process.execPath, [
    ...options,
    PROGRAM,
    implementation,
    String(server.address().port),
    unrefs,
  ]);
  t.after(() => child.kill());
  let output = '';
  child.stdout.on('data', (data) => (output += data));
  child.stderr.pipe(process.stderr);
  const exited = once(child, 'close').then(([code]) => ({ code, output }));
  const [peer] = await once(server, 'connection');
  peer.on('error', () => {});
  t.after(() => peer.destroy());
  return { exited, peer };
}

/** What `net` does not document cannot be asked: a socket of Node's counts as referenced until it is seen. */
const KINDS = [
  { name: 'safe-socket', implementation: 'safe-socket', seen: ['before', 'meanwhile'], unseen: [] },
  { name: 'net', implementation: 'net', seen: ['meanwhile'], unseen: ['before'] },
  { name: 'net under register', implementation: 'net', preload: true, seen: ['before', 'meanwhile'], unseen: [] },
];

const WHEN = { back: 'for a while', before: 'before' };

const staysAlive = async (exited) => {
  const early = await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 500, 'alive'))]);
  assert.equal(early, 'alive');
};

for (const { name, implementation, preload, seen, unseen } of KINDS) {
  describe(`delivered() on a socket of ${name}`, { skip, timeout: 150_000 }, () => {
    for (const unrefs of ['', 'back', ...unseen]) {
      test(`keeps the process alive until it knows${unrefs && `, unref'd ${WHEN[unrefs]}`}`, async (t) => {
        const { exited, peer } = await waitingProcess(t, implementation, { unrefs, preload });
        await staysAlive(exited);
        peer.resume();
        assert.deepEqual(await exited, { code: 0, output: '300000\n' });
      });
    }

    for (const unrefs of seen) {
      test(`lets the process go if the socket is unref'd ${unrefs}`, async (t) => {
        const { exited } = await waitingProcess(t, implementation, { unrefs, preload });
        assert.deepEqual(await exited, { code: 0, output: '' });
      });
    }
  });
}
