'use strict';

/** APM tools and frameworks wrap `socket.write`: nothing about that looks different, and the contract holds. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { describe, it } = require('node:test');
const { promisify } = require('node:util');

const run = promisify(execFile);
const PROGRAM = path.join(__dirname, '..', 'fixtures', 'programs', 'wraps-write.js');
const REGISTER = path.join(__dirname, '..', '..', 'register.js');

/** @param {...string} args */
async function outcomeOf(...args) {
  return JSON.parse((await run(process.execPath, args)).stdout);
}

for (const [way, args] of Object.entries({
  'safeSocket()': [PROGRAM, 'guard'],
  'safe-socket/register': ['--require', REGISTER, PROGRAM],
})) {
  describe(`a write that a program wraps, under ${way}`, { timeout: 150_000 }, () => {
    it('looks as without a guard, at every stage', async () => {
      const [{ looks: plain }, { looks: guarded }] = await Promise.all([
        outcomeOf(PROGRAM, 'plain'),
        outcomeOf(...args),
      ]);
      assert.deepEqual(plain.wrapped, ['write: [Function: wrapped]', true, 'wrapped', true]);
      assert.deepEqual(guarded, plain);
    });

    it('is refused when it comes too late, at every stage', async () => {
      assert.deepEqual((await outcomeOf(...args)).refusals, {
        'after the FIN': 'peer',
        'guarded when it was wrapped': 'local',
        "inside 'end', after end()": 'local',
        'connected anew': 'peer',
        unwrapped: 'destroy',
      });
    });
  });
}
