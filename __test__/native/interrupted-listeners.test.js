'use strict';

/** A listener that a debugger interrupts (`Runtime.terminateExecution`), as for one that never returns: the sockets go on. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'interrupted.js');
const run = promisify(execFile);

/** What the process hears, by what happens to its listener of 'data'. */
const CASES = {
  'a debugger interrupts it': '',
  'a debugger interrupts a tick of it': '',
  'a debugger interrupts a promise job of it': '',
  'it throws null': 'uncaughtException null\n',
};

for (const [name, heard] of Object.entries(CASES)) {
  test(`sockets go on after a listener when ${name}, as with net`, async () => {
    const outcomes = await Promise.all(
      ['net', 'safe-socket'].map(async (implementation) => {
        const { stdout } = await run(process.execPath, [FIXTURE, implementation, name], { timeout: 100_000 });
        return stdout;
      }),
    );
    const expected = `${heard}went on to the end\n`;
    assert.deepEqual(outcomes, [expected, expected], 'net, safe-socket');
  });
}
