'use strict';

/**
 * What keeps a process alive, and what lets it go: the same as with net, in the same run.
 *
 * Each case is a program of its own. A program that ends by itself prints "exit"; one that does not
 * prints "alive" when a timer, which does not keep it alive itself, has found it still there.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'lifetime.js');
const run = promisify(execFile);

/** What the process does, by the name of the case in the fixture. */
const CASES = {
  'nothing was started': 'exit',
  'a server listens': 'alive',
  'a server that is unrefd listens': 'exit',
  'a server was unrefd before it listened': 'exit',
  'a server was unrefd and refd again': 'alive',
  'a server was closed': 'exit',
  'a connection reads': 'alive',
  'both ends of a connection are unrefd': 'exit',
  'both ends of a connection are unrefd, one is refd again': 'alive',
  'both ends of a connection are paused': 'exit',
  'a write is pending on unrefd sockets': 'alive',
  'a socket was unrefd before it connected': 'exit',
  'a socket never connected': 'exit',
  'both ends of a connection were destroyed': 'exit',
  'both ends of a connection were ended': 'exit',
  'a timeout is set on unrefd sockets': 'exit',
};

for (const [name, expected] of Object.entries(CASES)) {
  test(`the process ${expected === 'exit' ? 'ends by itself' : 'stays alive'} when ${name}`, async () => {
    const outcomes = await Promise.all(
      ['net', 'safe-socket'].map(async (implementation) => {
        const { stdout } = await run(process.execPath, [FIXTURE, implementation, name], { timeout: 100_000 });
        return stdout.trim();
      }),
    );
    assert.deepEqual(outcomes, [expected, expected], 'net, safe-socket');
  });
}
