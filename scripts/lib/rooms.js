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

module.exports = { UnknownRoomError, filesOf, rooms };
