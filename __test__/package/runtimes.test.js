'use strict';

/**
 * Runtimes that are not Node and load Node's addons: our sockets run there on the thread driver, the guard
 * on the sockets of the runtime.
 *
 * SAFE_SOCKET_BUN and SAFE_SOCKET_DENO name the programs; without them, those on the PATH are taken.
 */

const assert = require('node:assert/strict');
const { execFile, spawnSync } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'runtime.cjs');
const run = promisify(execFile);

const RUNTIMES = [
  { name: 'Bun', program: process.env.SAFE_SOCKET_BUN ?? 'bun', flags: [] },
  { name: 'Deno', program: process.env.SAFE_SOCKET_DENO ?? 'deno', flags: ['run', '--allow-all'] },
];

for (const { name, program, flags } of RUNTIMES) {
  const isThere = spawnSync(program, ['--version']).status === 0;
  const skip = isThere ? false : `${name} is not installed (${program})`;
  test(
    `${name} runs our sockets on the thread driver, their promises and HTTP, and the guard`,
    { skip, timeout: 150_000 },
    async () => {
      const { stdout } = await run(program, [...flags, FIXTURE]);
      const refused = { code: 'ERR_SOCKET_ALREADY_ENDED', endedBy: 'local', hadBinary: true };
      assert.deepEqual(JSON.parse(stdout), {
        driver: 'thread',
        echoed: true,
        refused,
        guarded: refused,
        promised: 'hello',
        served: { isOurs: true, refused, text: 'hello' },
      });
    },
  );
}
