'use strict';

/**
 * 64 MiB through an echo server, with readers that are slower than the writer: every byte arrives, in
 * order, and memory is bounded by the watermarks, not by the data.
 *
 * In a process of its own, whose resident memory is compared with what it was after a first round.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const FIXTURE = path.join(__dirname, 'fixtures', 'backpressure.js');
const run = promisify(execFile);

const MIB = 1 << 20;
const TOTAL = 64 * MIB;

/**
 * What a stalled transfer may hold: kernel-sized chunks in a few stream buffers, and pages that the
 * allocator keeps. A transfer that ignored the watermarks would hold the 64 MiB.
 */
const BOUND = 20 * MIB;

for (const reader of ['a reader that pauses', 'a reader that reads on demand', 'a pipe', 'for await']) {
  for (const transport of ['tcp', 'unix']) {
    test(`64 MiB come back through an echo over ${transport} to ${reader}, in bounded memory`, async () => {
      const { stdout } = await run(process.execPath, ['--expose-gc', FIXTURE, transport, reader, String(TOTAL)], {
        timeout: 60_000,
      });
      const { received, sentHash, receivedHash, drains, growth, buffered } = JSON.parse(stdout);
      assert.equal(received, TOTAL);
      assert.equal(receivedHash, sentHash);
      assert.ok(drains > 0, 'write() never returned false');
      assert.ok(buffered <= 2 * MIB, `${buffered} bytes waited in the writer`);
      assert.ok(growth < BOUND, `resident memory grew by ${(growth / MIB).toFixed(1)} MiB`);
    });
  }
}
