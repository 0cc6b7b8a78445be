'use strict';

/** What a program gave to be called once is garbage afterwards, on `net` and on this package in the same run. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'collected-callbacks.js');
const run = promisify(execFile);

const CASES = [
  'a callback of the factory',
  'a callback of connect()',
  'a callback of a connection to a path',
  'a lookup of its own',
  'a callback of listen()',
  'a callback of write()',
  'a callback of end()',
];

for (const name of CASES) {
  test(`${name} can be collected while the socket lives`, { timeout: 60_000 }, async () => {
    const outcomes = ['net', 'safe-socket'].map(async (implementation) => {
      const { stdout } = await run(process.execPath, ['--expose-gc', FIXTURE, implementation, name], {
        timeout: 50_000,
      });
      return stdout.trim();
    });
    assert.deepEqual(await Promise.all(outcomes), ['collected', 'collected'], 'net, safe-socket');
  });
}
