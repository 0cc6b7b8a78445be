'use strict';

/**
 * JavaScript that misbehaves: handlers that throw, that destroy what they stand on, that write from inside of a write;
 * memory that is detached, resized, shared or lies about itself; subclasses, species, polluted prototypes, options that
 * throw. Nothing of it crashes or hangs, and what is seen of it is what `net` shows in the same run.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { before, test } = require('node:test');
const { promisify } = require('node:util');

const { names } = require('../fixtures/misbehaving');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'misbehaving', 'index.js');
const LIMIT_MS = 150_000;
const run = promisify(execFile);

/** @type {{ expected: Record<string, unknown>, seen: Record<string, unknown> }} */
let results;

before(
  async () => {
    const [expected, seen] = await Promise.all(['net', 'safe-socket'].map(observe));
    results = { expected, seen };
  },
  { timeout: LIMIT_MS },
);

for (const name of names) {
  test(name, () => assert.deepEqual(results.seen[name], results.expected[name]));
}

/** @param {string} implementation */
async function observe(implementation) {
  const { stdout } = await run(process.execPath, [FIXTURE, implementation], { timeout: LIMIT_MS, maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}
