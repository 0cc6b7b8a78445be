'use strict';

/** The guard costs an open socket next to nothing; what it costs in time and instructions, `bench/guard.js` measures. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const { promisify } = require('node:util');

const run = promisify(execFile);
const BENCH = path.join(__dirname, '..', '..', 'bench', 'guard.js');

/** The least that V8 allocates is a number, of 12 bytes. What counts the bytes makes some objects, too. */
const MAX_BYTES = 1;

for (const [name, way] of Object.entries({ 'safeSocket()': 'guard', register: 'register' })) {
  test(`a write under ${name} allocates nothing`, { timeout: 150_000 }, async () => {
    const { stdout } = await run(process.execPath, [BENCH, 'writes', way]);
    const { bytes } = JSON.parse(stdout);
    assert.ok(bytes < MAX_BYTES, `${bytes} bytes a write`);
  });
}
