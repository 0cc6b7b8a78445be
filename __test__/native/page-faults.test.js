'use strict';

/** A fast stream gives back as much memory as it takes: the allocator keeps it, and need not ask the kernel for the same pages again. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'page-faults.js');
const run = promisify(execFile);

/** @type {any} */
const { header } = process.report.getReport();
const skip = header.glibcVersionRuntime === undefined && 'only glibc gives memory back in this way';

test('a fast stream asks for few of its pages again', { skip, timeout: 60_000 }, async () => {
  const kept = await faults({});
  // Whoever sets it has the say: this is glibc's own.
  const givenBack = await faults({ MALLOC_TRIM_THRESHOLD_: '131072' });
  assert.ok(kept < givenBack / 4, `${kept} faults, ${givenBack} where the memory is given back`);
});

/** @param {Record<string, string>} env */
async function faults(env) {
  const { stdout } = await run(process.execPath, [FIXTURE], { env: { ...process.env, ...env } });
  return Number(stdout);
}
