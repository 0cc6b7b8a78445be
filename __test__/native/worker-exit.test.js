'use strict';

/**
 * What is left of a worker that goes away with its sockets open: nothing.
 *
 * Each scenario runs in a process of its own, because what it must not do is abort, hang, or leak
 * descriptors of the process.
 */

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');

/** SAFE_SOCKET_WORKERS=1000 is the long form. */
const WORKERS = Number(process.env.SAFE_SOCKET_WORKERS ?? 32);
const FIXTURE = path.join(__dirname, '..', 'fixtures', 'worker-exit.js');

const SCENARIOS = [
  { name: 'is terminated inside a data handler', how: 'terminate' },
  { name: 'calls process.exit() inside a data handler', how: 'exit' },
  { name: 'ends with sockets and a server open', how: 'end' },
  { name: 'throws inside a data handler', how: 'throw' },
];

for (const { name, how } of SCENARIOS) {
  test(
    `a worker that ${name} leaves no descriptor, ${WORKERS} times over`,
    { timeout: 120_000 + 1_000 * WORKERS },
    async (t) => {
      const child = spawn(process.execPath, [FIXTURE, how, String(WORKERS)], {
        stdio: ['ignore', 'pipe', 'pipe'],
        signal: t.signal,
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk) => (stdout += chunk));
      child.stderr.on('data', (chunk) => (stderr += chunk));
      const [code, signal] = await once(child, 'close');
      assert.equal(signal, null, stderr);
      assert.equal(code, 0, stderr);
      const { before, after, workers } = JSON.parse(stdout);
      assert.equal(workers, WORKERS);
      assert.ok(after <= before, `${before} descriptors before, ${after} after`);
    },
  );
}
