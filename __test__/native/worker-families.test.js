'use strict';

/** Workers of workers whose parents go away first, and workers that are terminated while others load the addon. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');

const FIXTURES = path.join(__dirname, '..', 'fixtures');
const TIMEOUT_MS = 100_000;
/** SAFE_SOCKET_WAVES=500 is the long form: of eight workers each. */
const WAVES = Number(process.env.SAFE_SOCKET_WAVES ?? 6);

for (const [how, what] of Object.entries({
  terminate: 'is terminated',
  exit: 'calls process.exit()',
  throw: 'throws',
  end: 'ends before them',
  process: 'goes away with the whole process',
})) {
  test(`workers of a worker that ${what} go as they do with net`, { timeout: TIMEOUT_MS }, async () => {
    const [reference, outcome] = await Promise.all(
      ['net', 'safe-socket'].map((implementation) => ending('nested-workers.js', implementation, how)),
    );
    assert.equal(reference.signal, null);
    assert.deepEqual(outcome, reference);
    if (how !== 'process') assert.equal(JSON.parse(outcome.stdout).more, 0);
  });
}

test(
  `${WAVES} waves of workers load the addon while others are terminated doing so`,
  { timeout: TIMEOUT_MS + WAVES * 1_000 },
  async () => {
    const { code, stdout, stderr } = await ending('loading-workers.js', 'safe-socket', String(WAVES));
    assert.equal(code, 0, stderr);
    const { finished, before, after } = JSON.parse(stdout);
    assert.equal(finished, 4 * WAVES);
    assert.ok(after <= before, `${before} descriptors before, ${after} after`);
  },
);

/**
 * @param {string} fixture
 * @param {string[]} args
 * @returns {Promise<{ code: unknown, signal: unknown, stdout: string, stderr: string }>}
 */
function ending(fixture, ...args) {
  const file = path.join(FIXTURES, fixture);
  // Else process.exit() hangs now and then, waiting for a compiler that waits for the main thread: nodejs/node#54918.
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--no-concurrent-recompilation', file, ...args],
      { timeout: TIMEOUT_MS + WAVES * 1_000 },
      (error, stdout, stderr) => {
        resolve({ code: error?.code ?? 0, signal: error?.signal ?? null, stdout, stderr });
      },
    );
  });
}
