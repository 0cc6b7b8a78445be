'use strict';

/**
 * What plain Node makes of the tests. It does not depend on the package, so it is kept in the temporary directory,
 * one file for each version of Node and checkout; a test that changed since is run again.
 */

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { runTests } = require('./run-tests');

const FOLDER = path.join(os.tmpdir(), 'safe-socket-node-suite');

/**
 * @param {import('./describe-node').NodeBinary} node
 * @param {string} directory
 * @param {import('./find-tests').TestFile[]} tests
 * @param {import('./run-tests').RunOptions & { refresh: boolean }} options
 * @returns {Promise<Map<string, import('./run-tests').TestResult>>}
 */
async function baselineOf(node, directory, tests, options) {
  const file = path.join(FOLDER, `${node.version}-${fingerprint(directory)}.json`);
  const kept = options.refresh ? {} : readKept(file);
  const missing = tests.filter((test) => kept[test.name]?.mtimeMs !== test.mtimeMs);
  if (missing.length > 0) {
    const results = await runTests(node, missing, options);
    for (const test of missing) kept[test.name] = { mtimeMs: test.mtimeMs, ...results.get(test.name) };
    fs.mkdirSync(FOLDER, { recursive: true });
    fs.writeFileSync(file, JSON.stringify(kept));
  }
  return new Map(tests.map((test) => [test.name, kept[test.name]]));
}

function fingerprint(directory) {
  return createHash('sha256').update(fs.realpathSync(directory)).digest('hex').slice(0, 12);
}

function readKept(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    // Absent or cut short: it only means running the baseline.
    return {};
  }
}

module.exports = { baselineOf };
