'use strict';

/**
 * Children of `fork()` and of `node:cluster` that go away with sockets open and writes pending on either side, and a parent
 * that goes first: exit codes, signals and what the other side sees are those of net.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'forked.js');
const TIMEOUT_MS = 60_000;

const ENDINGS = [
  'is killed',
  'is terminated',
  'aborts',
  'exits',
  'throws',
  'disconnects',
  'disconnects and lets go',
  'outlives its parent',
];
const skip = process.platform === 'win32' && 'there are no such signals';

for (const how of ['fork', 'cluster']) {
  for (const ending of ENDINGS) {
    test(`a child (${how}) that ${ending} looks as with net`, { skip, timeout: 2 * TIMEOUT_MS }, async () => {
      const [reference, outcome] = await Promise.all(
        ['net', 'safe-socket'].map((implementation) => seen(implementation, how, ending)),
      );
      assert.match(reference.lines.join(), ending === 'outlives its parent' ? /child: exit 0/ : /the child has gone/);
      assert.deepEqual(outcome, reference);
    });
  }
}

/**
 * @param {string[]} args
 * @returns {Promise<{ code: unknown, signal: unknown, lines: string[] }>} when everybody has gone; in no order, as two processes write
 */
function seen(...args) {
  return new Promise((resolve) => {
    execFile(process.execPath, [FIXTURE, ...args], { timeout: TIMEOUT_MS }, (error, stdout) => {
      const [, how, ending] = args;
      // Node ends a worker of a cluster as soon as it is disconnected, before or after its sockets notice.
      const isRace = how === 'cluster' && ending === 'outlives its parent';
      const lines = stdout.split('\n').filter((line) => (isRace ? /exit/.test(line) : line !== ''));
      resolve({ code: error?.code ?? 0, signal: error?.signal ?? null, lines: lines.sort() });
    });
  });
}
