'use strict';

/** A stream of large chunks is garbage that V8's quick collection finds in time (lib/native/garbage.js). */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const run = promisify(execFile);
const FIXTURE = path.join(__dirname, '..', 'fixtures', 'collected-stream.js');
const MEBIBYTES = 1_024;

/**
 * @param {string} name
 * @param {number} objects
 */
async function receive(name, objects) {
  const args = [FIXTURE, name, String(MEBIBYTES), String(objects)];
  const { stdout } = await run(process.execPath, args, { timeout: 120_000 });
  return JSON.parse(stdout);
}

// 64 MiB outside of the heap are what V8 takes for a reason to: 16 times in this stream, and about as often with the
// net of Node 24 and 26.
for (const objects of [0, 300_000]) {
  test(
    `a stream does not make V8 mark a heap of ${objects} objects again and again`,
    { timeout: 250_000 },
    async (t) => {
      const { received, marked } = await receive('..', objects);
      assert.equal(received, MEBIBYTES << 20);
      t.diagnostic(`${marked} times; with net: ${(await receive('net', objects)).marked}`);
      assert.ok(marked <= 4, `marked ${marked} times`);
    },
  );
}
