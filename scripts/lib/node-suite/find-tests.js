'use strict';

const fs = require('node:fs');
const path = require('node:path');

const TEST_FILE = /^test-.*\.(?:js|mjs)$/;

/**
 * @typedef {object} TestFile
 * @property {string} name `parallel/test-net-….js`
 * @property {string} path absolute, symbolic links resolved: what `__filename` will be in the test
 * @property {number} mtimeMs
 * @property {string[]} flags the command-line options of its `// Flags:` lines
 * @property {Record<string, string>} env the variables of its `// Env:` lines
 * @property {boolean} alone whether it must not run beside another test
 */

/**
 * @param {string} directory a checkout of the `test/` folder of Node
 * @param {string[]} patterns globs over `folder/file`; `*` stands for any characters but `/`
 * @returns {TestFile[]} sorted by name
 */
function findTests(directory, patterns) {
  const matchers = patterns.map(globToRegExp);
  const folders = new Set(patterns.map((pattern) => path.posix.dirname(pattern)));
  const tests = [];
  for (const folder of folders) {
    const absolute = path.join(directory, folder);
    if (!fs.existsSync(absolute)) continue;
    for (const file of fs.readdirSync(absolute)) {
      const name = `${folder}/${file}`;
      if (TEST_FILE.test(file) && matchers.some((matcher) => matcher.test(name))) {
        tests.push(readTest(name, fs.realpathSync(path.join(absolute, file))));
      }
    }
  }
  return tests.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * @param {string} name
 * @param {string} file
 * @returns {TestFile}
 */
function readTest(name, file) {
  const source = fs.readFileSync(file, 'utf8');
  const assignments = wordsAfter(source, 'Env').map((word) => {
    const equals = word.indexOf('=');
    return [word.slice(0, equals), word.slice(equals + 1)];
  });
  return {
    name,
    path: file,
    mtimeMs: fs.statSync(file).mtimeMs,
    flags: wordsAfter(source, 'Flags'),
    env: Object.fromEntries(assignments),
    alone: !name.startsWith('parallel/'),
  };
}

/**
 * @param {string} source
 * @param {string} label `Flags` or `Env`
 */
function wordsAfter(source, label) {
  const lines = source.matchAll(new RegExp(`^//\\s*${label}:(.*)$`, 'gm'));
  return [...lines].flatMap(([, words]) => words.trim().split(/\s+/).filter(Boolean));
}

/** @param {string} glob */
function globToRegExp(glob) {
  const escaped = glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
  return new RegExp(`^${escaped}$`);
}

module.exports = { findTests };
