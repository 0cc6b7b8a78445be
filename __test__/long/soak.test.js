'use strict';

/** The quick form of `npm run test:soak`; and a leak that is planted is found. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const SOAK = path.join(__dirname, '..', '..', 'scripts', 'soak.js');
const run = promisify(execFile);

test('20,000 connections and 200,000 messages leave nothing behind', { timeout: 150_000 }, async () => {
  const options = ['--connections', '20000', '--messages', '200000', '--sockets', '500', '--rounds', '10'];
  await run(process.execPath, [SOAK, ...options]);
});

test(
  '200,000 messages arrive as they were sent, the echoing end in another process',
  { timeout: 150_000 },
  async () => {
    const options = ['--connections', '0', '--messages', '200000', '--sockets', '1000', '--apart', '--rounds', '10'];
    await run(process.execPath, [SOAK, ...options]);
  },
);

for (const { plant, found } of [
  { plant: 'connection', found: /heap grew by/ },
  { plant: 'descriptor', found: /descriptors grew by/ },
  { plant: 'bytes', found: /external grew by/ },
  { plant: 'native', found: /native grew by/ },
]) {
  test(`a planted leak (${plant}) is found`, { timeout: 60_000 }, async () => {
    const options = ['--connections', '6000', '--messages', '0', '--rounds', '3', '--plant', plant];
    await assert.rejects(run(process.execPath, [SOAK, ...options]), (/** @type {any} */ error) => {
      assert.equal(error.code, 1, error.stderr);
      assert.match(error.stdout, found);
      return true;
    });
  });
}
