'use strict';

/**
 * `npm test [-- [--js] [--driver loop|thread] [--no-build] [file …]]`
 *
 * Installs and builds what is missing, then runs the tests in Rust and, under either driver, those in JavaScript.
 * Stops at the first of the three that fails.
 */

const { readdirSync } = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { ROOT, demand, makeReady } = require('./checkout');

const DRIVERS = ['loop', 'thread'];

/** A file that takes longer hangs. */
const FILE_TIMEOUT_MS = 180_000;

/** Files at a time. Most of them wait for timers and sockets rather than for a processor. */
const CONCURRENCY = 4;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    js: { type: 'boolean', default: false },
    driver: { type: 'string', multiple: true, default: DRIVERS },
    'no-build': { type: 'boolean', default: false },
  },
});

function main() {
  if (!values['no-build']) makeReady();
  if (!values.js && positionals.length === 0) demand('cargo test', 'cargo', ['test', '--quiet']);
  const files = positionals.length > 0 ? positionals : testFiles();
  for (const driver of values.driver) {
    demand(`node ${process.version}, ${driver} driver`, process.execPath, testRunner(files), {
      env: { ...process.env, SAFE_SOCKET_DRIVER: driver },
    });
  }
}

/** @returns {string[]} Node 20 has no patterns for `--test` */
function testFiles() {
  return readdirSync(path.join(ROOT, '__test__'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js'))
    .map((file) => path.join('__test__', file))
    .sort();
}

/**
 * @param {string[]} files
 * @returns {string[]} arguments of node
 */
function testRunner(files) {
  return [
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${CONCURRENCY}`,
    `--test-timeout=${FILE_TIMEOUT_MS}`,
    ...files,
  ];
}

main();
