'use strict';

/**
 * Rejections of async listeners, of sockets and servers with `captureRejections` and without, on `net` and on this
 * package; each in a process of its own, where a rejection may stay unhandled.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { before, describe, test } = require('node:test');
const { promisify } = require('node:util');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'captured-rejections.js');
const run = promisify(execFile);

const CASES = [
  'a socket with the option',
  'a socket with the option, rejecting with nothing',
  'a socket without the option',
  'a server with the option',
  'an accepted socket of a server with the option',
  'any socket, by default of the process',
  'any server, by default of the process',
  "a server that rejects in 'listening', by default of the process",
  'a socket whose class captures in its own way',
];

describe('a rejection of an async listener', () => {
  let expected;
  let actual;

  before(async () => {
    [expected, actual] = await Promise.all([outcomes('net'), outcomes('package')]);
  });

  for (const name of CASES) {
    test(`does to ${name} what it does on net`, () => {
      assert.ok(expected[name].length > 0);
      assert.deepEqual(actual[name], expected[name]);
    });
  }

  test('leaves no case out', () => assert.deepEqual(Object.keys(actual), CASES));
});

async function outcomes(implementation) {
  const { stdout } = await run(process.execPath, [FIXTURE, implementation], { timeout: 150_000 });
  return JSON.parse(stdout);
}
