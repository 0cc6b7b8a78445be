'use strict';

/**
 * Libraries that stand between a child process and its system calls (fixtures/*.c), compiled on demand.
 */

const { execFile, spawnSync } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { promisify } = require('node:util');

const run = promisify(execFile);
const FIXTURES = path.join(__dirname, '..', 'fixtures');

const COMPILER = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);

/** Why there can be no library; `false` where there can. */
const skip =
  process.platform !== 'linux'
    ? 'LD_PRELOAD as it is used here is of Linux'
    : COMPILER === undefined && 'there is no C compiler (cc, gcc or clang) to make the library with';

/**
 * @typedef {object} Preloaded
 * @property {{ LD_PRELOAD: string }} env what a child needs besides the variables of the library
 * @property {string} folder for what it writes
 * @property {() => void} remove
 */

/**
 * @param {string} name
 * @returns {Promise<Preloaded>}
 */
async function compile(name) {
  const folder = mkdtempSync(path.join(os.tmpdir(), `${name}-`));
  const library = path.join(folder, `${name}.so`);
  const source = path.join(FIXTURES, `${name}.c`);
  await run(/** @type {string} */ (COMPILER), ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl', '-pthread']);
  return {
    env: { LD_PRELOAD: library },
    folder,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

module.exports = { compile, skip };
