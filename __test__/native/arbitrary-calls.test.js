'use strict';

/**
 * The native functions, called with anything in any order.
 *
 * lib/ is their only caller, and calls them as it should. Nevertheless nothing that JavaScript can
 * pass may crash the process or reach it as a panic: the answer is a number, a value, a JavaScript error
 * with a code, or V8's own TypeError for a value that it cannot convert.
 *
 * The calls run in a process of its own, so that a crash is a failure and not the end of the tests.
 * SAFE_SOCKET_FUZZ_CALLS sets how many, SAFE_SOCKET_SEED repeats a run.
 */

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'native-boundary.js');
const CALLS = Number(process.env.SAFE_SOCKET_FUZZ_CALLS ?? 30_000);
const SEED = Number(process.env.SAFE_SOCKET_SEED ?? Math.floor(Math.random() * 2 ** 31));

test(`the native functions survive ${CALLS} arbitrary calls`, { timeout: 600_000 }, async (t) => {
  t.diagnostic(`SAFE_SOCKET_SEED=${SEED}`);
  const child = spawn(process.execPath, [FIXTURE, String(CALLS), String(SEED)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const [code, signal] = await once(child, 'close');
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, stderr);
  assert.doesNotMatch(stderr, /panicked/);
  const { calls, threw, withoutCode, functions } = JSON.parse(stdout);
  assert.equal(calls, CALLS);
  assert.deepEqual(withoutCode, []);
  assert.ok(threw > 0 && threw < calls, `${threw} of ${calls} calls threw`);
  assert.ok(functions > 30, `${functions} functions were called`);
});
