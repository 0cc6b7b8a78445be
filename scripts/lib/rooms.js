'use strict';

/**
 * The rooms of the tests: the folders of `__test__` that hold test files. `long` is one that everyday runs leave out.
 */

const { existsSync, readdirSync, statSync } = require('node:fs');
const path = require('node:path');

const { ROOT } = require('./checkout');

const TESTS = '__test__';
const LONG = 'long';
const TEST_FILE = /\.test\.js$/;

/**
 * What passes without the addon, and so cannot differ from driver to driver: a guarded stream is JavaScript alone. Rooms, and
 * files of others. `scripts/test.js --without-addon` holds this list, by running what is on it with no addon to load.
 */
const WITHOUT_ADDON = [
  'guard',
  'report',
  path.join('contract', 'guarded-streams.test.js'),
  path.join('contract', 'preloaded-sockets.test.js'),
  path.join('differential', 'mutants.test.js'),
].map((name) => path.join(TESTS, name));

/** In these rooms, and not so. Deadlines are about bytes that were not delivered, which the addon asks the kernel for. */
const WITH_ADDON = [path.join(TESTS, 'guard', 'deadlines.test.js')];

class UnknownRoomError extends Error {
  /** @param {string} name */
  constructor(name) {
    super(`"${name}" is neither a file nor a room. The rooms are: ${rooms().join(', ')}.`);
  }
}

/** @returns {string[]} */
function rooms() {
  const folders = readdirSync(path.join(ROOT, TESTS), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => name).filter((name) => testsIn(name).length > 0);
}

/**
 * Node 20 has no patterns for `--test`.
 *
 * @param {string} room
 * @returns {string[]} its test files, seen from the root
 */
function testsIn(room) {
  return readdirSync(path.join(ROOT, TESTS, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => TEST_FILE.test(name))
    .map((name) => path.join(TESTS, room, name))
    .sort();
}

/**
 * @param {string[]} names of rooms and files; none means all rooms of every day
 * @returns {string[]} test files, each once
 * @throws {UnknownRoomError}
 */
function filesOf(names) {
  const known = rooms();
  if (names.length === 0) return known.filter((room) => room !== LONG).flatMap(testsIn);
  const files = names.flatMap((name) => {
    if (known.includes(name)) return testsIn(name);
    if (existsSync(name) && statSync(name).isFile()) return [name];
    throw new UnknownRoomError(name);
  });
  return [...new Set(files)];
}

/**
 * @param {string} file seen from the root
 * @returns {boolean} whether it passes without the addon
 */
function passesWithoutAddon(file) {
  return (
    !WITH_ADDON.includes(file) && WITHOUT_ADDON.some((place) => file === place || file.startsWith(place + path.sep))
  );
}

module.exports = { UnknownRoomError, filesOf, passesWithoutAddon, rooms };
