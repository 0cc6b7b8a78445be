'use strict';

/**
 * `npm test [-- [--js] [--driver loop|thread] [--no-build] [--with-addon | --without-addon] [room or file …]]`
 *
 * Installs and builds what is missing, then runs the tests in Rust and, under either driver, those in JavaScript; or only
 * those in JavaScript of some rooms (the folders of __test__) and files. The room `long` runs only where it is named.
 * `--with-addon` leaves out the files that a driver cannot influence, as they pass without the addon; `--without-addon` runs
 * only those, once, with no addon to load. Stops at the first of the three that fails. A file in which a test fails beside the others gets a second try with the
 * machine to itself, and is named loudly, here and at the very end: whatever needs it has a defect that is to be found.
 */

const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { ROOT, demand, fail, makeReady, run } = require('./lib/checkout');
const { UnknownRoomError, filesOf, passesWithoutAddon } = require('./lib/rooms');

const DRIVERS = ['loop', 'thread'];

/** Nothing is there: the loader that the addon comes by then gives up. */
const NO_ADDON = path.join(ROOT, 'lib', 'native', 'none.node');

/** A file that takes longer hangs, on a busy machine too. */
const FILE_TIMEOUT_MS = 420_000;

/** Files at a time. Most of them wait for timers and sockets rather than for a processor. */
const CONCURRENCY = 4;

/** More failing files than this are no accident. */
const MAX_SECOND_TRIES = 3;

/** What passed only alone, and where. @type {string[]} */
const unsteady = [];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    js: { type: 'boolean', default: false },
    driver: { type: 'string', multiple: true, default: DRIVERS },
    'no-build': { type: 'boolean', default: false },
    'with-addon': { type: 'boolean', default: false },
    'without-addon': { type: 'boolean', default: false },
  },
});

function main() {
  const files = chosenFiles();
  if (!values['no-build']) makeReady();
  if (!values.js && positionals.length === 0) demand('cargo test', 'cargo', ['test', '--quiet']);
  if (values['without-addon']) testUnder('no', files);
  else for (const driver of values.driver) testUnder(driver, files);
  for (const line of unsteady) console.log(`\n!!!!! PASSED ONLY ALONE, AND HAS A DEFECT: ${line}`);
}

/**
 * @param {string} driver `no` is none: there is no addon to load
 * @param {string[]} files
 */
function testUnder(driver, files) {
  const title = `node ${process.version}, ${driver} driver`;
  const of = driver === 'no' ? { NAPI_RS_NATIVE_LIBRARY_PATH: NO_ADDON } : { SAFE_SOCKET_DRIVER: driver };
  const env = { ...process.env, ...of };
  const dir = mkdtempSync(path.join(os.tmpdir(), 'safe-socket-'));
  const list = path.join(dir, 'failed');
  try {
    if (run(title, process.execPath, testRunner(files, CONCURRENCY, list), { env })) return;
    const failed = readFileSync(list, 'utf8').split('\n').filter(Boolean);
    if (failed.length === 0 || failed.length > MAX_SECOND_TRIES) fail(`Failed: ${title}`);
    const names = failed.map((file) => path.relative(ROOT, file)).join(', ');
    console.log(`\n!!!!! FAILED BESIDE THE OTHERS, a second try alone: ${names}`);
    demand(`${title}, second try`, process.execPath, testRunner(failed, 1, list), { env });
    unsteady.push(`${names} (${title})`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** @returns {string[]} */
function chosenFiles() {
  try {
    const files = filesOf(positionals);
    if (values['with-addon']) return files.filter((file) => !passesWithoutAddon(file));
    return values['without-addon'] ? files.filter(passesWithoutAddon) : files;
  } catch (error) {
    if (error instanceof UnknownRoomError) return fail(error.message);
    throw error;
  }
}

/**
 * @param {string[]} files
 * @param {number} concurrency
 * @param {string} failedList where the names of failed files go
 * @returns {string[]} arguments of node
 */
function testRunner(files, concurrency, failedList) {
  return [
    '--test',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${path.join(__dirname, 'lib', 'failed-files.js')}`,
    `--test-reporter-destination=${failedList}`,
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${FILE_TIMEOUT_MS}`,
    ...files,
  ];
}

main();
