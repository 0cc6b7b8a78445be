'use strict';

/** Node's flags for the selection among addresses, and the time of an attempt, as `net` takes them in the same run. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { describe, test } = require('node:test');
const { promisify } = require('node:util');

const { listeningPort, silentPort } = require('../support/silent-port');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'attempt-times.js');
const FAMILY = 'network-family-autoselection';
/** What `net` makes of a shorter time; a flag may say less. */
const SHORTEST_MS = 10;
/** Timers count whole milliseconds of the loop, and may come that much sooner. */
const EARLY_MS = 1;
const run = promisify(execFile);

/**
 * @typedef {object} Case
 * @property {string} title
 * @property {string[]} [flags]
 * @property {object} [options] of the connection
 * @property {number} [runs]
 * @property {(outcome: { tried: string[][], soonestMs: number, defaults: any[] }) => void} check of both
 *
 * @type {Case[]}
 */
const CASES = [
  {
    title: 'without a flag the first address has its default time',
    check: ({ soonestMs, defaults }) => assert.ok(soonestMs >= defaults[1] - EARLY_MS),
  },
  {
    title: 'a flag turns the selection off',
    flags: [`--no-${FAMILY}`],
    check: ({ tried, defaults }) => {
      assert.equal(defaults[0], false);
      assert.deepEqual(tried, [['127.0.0.3']]);
    },
  },
  {
    title: 'a flag that turns it off gives way to the option',
    flags: [`--no-${FAMILY}`],
    options: { autoSelectFamily: true },
    check: ({ tried }) => assert.deepEqual(tried, [['127.0.0.2', '127.0.0.3']]),
  },
  {
    title: 'a flag sets the time',
    flags: [`--${FAMILY}-attempt-timeout=90`],
    runs: 3,
    check: ({ soonestMs, defaults }) => {
      assert.equal(defaults[1], 90);
      assert.ok(soonestMs >= 90 - EARLY_MS && soonestMs < 240);
    },
  },
  {
    title: 'a flag may say less than an option may',
    flags: [`--${FAMILY}-attempt-timeout=1`],
    runs: 25,
    check: ({ soonestMs }) => assert.ok(soonestMs < SHORTEST_MS - EARLY_MS),
  },
  {
    title: 'an option has the last word',
    flags: [`--${FAMILY}-attempt-timeout=1`],
    options: { autoSelectFamilyAttemptTimeout: 60 },
    check: ({ soonestMs }) => assert.ok(soonestMs >= 60 - EARLY_MS),
  },
  {
    title: 'an option is not less than the shortest time',
    options: { autoSelectFamilyAttemptTimeout: 1 },
    runs: 25,
    check: ({ soonestMs }) => assert.ok(soonestMs >= SHORTEST_MS - EARLY_MS && soonestMs < 200),
  },
];

describe('of a name with several addresses', { timeout: 120_000 }, () => {
  for (const { title, flags = [], options = {}, runs = 1, check } of CASES) {
    test(title, async (t) => {
      const port = await silentPort(t, '127.0.0.2');
      await listeningPort(t, '127.0.0.3', port);
      const outcomes = [];
      for (const implementation of ['net', 'safe-socket']) {
        const args = [...flags, FIXTURE, implementation, String(port), String(runs), JSON.stringify(options)];
        const { stdout } = await run(process.execPath, args);
        const outcome = JSON.parse(stdout);
        t.diagnostic(`${implementation}: ${stdout.trim().slice(0, 200)}`);
        check(outcome);
        outcomes.push({ ...outcome, soonestMs: undefined });
      }
      assert.deepEqual(outcomes[1], outcomes[0]);
    });
  }
});
