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
const PROGRAM = path.join(__dirname, 'programs', 'waits-for-delivery.js');

/** A process that waits for the delivery to a server that does not read, and what it prints. */
async function waitingProcess(t, ...args) {
  const server = net.createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const child = execFile(process.execPath, [PROGRAM, args[0], String(server.address().port), ...args.slice(1)]);
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

for (const implementation of ['safe-socket', 'net']) {
  describe(`delivered() on a socket of ${implementation}`, { skip }, () => {
    test('keeps the process alive until it knows', async (t) => {
      const { exited, peer } = await waitingProcess(t, implementation);
      const early = await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 500, 'alive'))]);
      assert.equal(early, 'alive');
      peer.resume();
      assert.deepEqual(await exited, { code: 0, output: '300000\n' });
    });

    test("lets the process go if the socket is unref'd", async (t) => {
      const { exited } = await waitingProcess(t, implementation, 'unref');
      assert.deepEqual(await exited, { code: 0, output: '' });
    });
  });
}
