'use strict';

/**
 * 16 MiB through an echo server, with readers that are slower than the writer: every byte arrives, in
 * order, and memory is bounded by the watermarks, not by the data.
 *
 * In a process of its own, which tells what its streams and its buffers hold.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'backpressure.js');
const run = promisify(execFile);

const KIB = 1 << 10;
const TOTAL = (16 * KIB) << 10;

/** The largest watermark, and the read or write that goes beyond it: one buffer of the event loop at most. */
const STREAM_BOUND = 64 * KIB + 512 * KIB;

/** What the buffers of the process hold: two streams at their bounds, the chunk on the way, and what Node keeps in pools. */
const HELD_BOUND = 2 * STREAM_BOUND + 512 * KIB;

for (const reader of ['a reader that pauses', 'a reader that reads on demand', 'a pipe', 'for await']) {
  for (const transport of ['tcp', 'unix']) {
    test(`16 MiB come back through an echo over ${transport} to ${reader}, in bounded memory`, async () => {
      const { stdout } = await run(process.execPath, ['--expose-gc', FIXTURE, transport, reader, String(TOTAL)], {
        timeout: 150_000,
      });
      const { received, sentHash, receivedHash, drains, unread, unsent, held } = JSON.parse(stdout);
      assert.equal(received, TOTAL);
      assert.equal(receivedHash, sentHash);
      assert.ok(drains > 0, 'write() never returned false');
      assert.ok(unread <= STREAM_BOUND, `${unread} bytes waited in a reader`);
      assert.ok(unsent <= STREAM_BOUND, `${unsent} bytes waited in a writer`);
      assert.ok(held <= HELD_BOUND, `${held} bytes were held in buffers`);
    });
  }
}
