'use strict';

/**
 * The library that lets system calls of a child process fail (fixtures/faulty-calls.c), compiled on demand.
 */

const { execFile, spawnSync } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { promisify } = require('node:util');

const run = promisify(execFile);
const SOURCE = path.join(__dirname, '..', 'fixtures', 'faulty-calls.c');

const COMPILER = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);

/** Why there can be no library; `false` where there can. */
const skip =
  process.platform !== 'linux'
    ? 'LD_PRELOAD as it is used here is of Linux'
    : COMPILER === undefined && 'there is no C compiler (cc, gcc or clang) to make the failing calls with';

/**
 * @typedef {object} FaultyCalls
 * @property {{ LD_PRELOAD: string }} env what a child needs besides the FAULTY_… variables
 * @property {() => void} remove
 */

/** @returns {Promise<FaultyCalls>} */
async function compile() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'faulty-calls-'));
  const library = path.join(folder, 'faulty-calls.so');
  await run(/** @type {string} */ (COMPILER), ['-shared', '-fPIC', '-O1', '-o', library, SOURCE, '-ldl', '-pthread']);
  return {
    env: { LD_PRELOAD: library },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

module.exports = { compile, skip };
