'use strict';

/**
 * Runs test files, each in a process (and a process group, a temporary directory and an environment) of its own.
 *
 * A file of `parallel/` that fails beside others gets a second chance alone: on a busy machine its timing, not the
 * code under test, is the usual reason. The report says which ones needed it. The chance is the same for the baseline.
 */

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const OLDER_NODE = path.join(__dirname, 'older-node.js');
const REPLACE_NET = path.join(__dirname, 'replace-net.js');
const SKIPPED = /^1\.\.0 # Skipped: ?(.*)$/m;
const MAX_OUTPUT_BYTES = 1 << 20;
const KEPT_OUTPUT_CHARS = 8_000;

/**
 * @typedef {object} TestResult
 * @property {'passed' | 'skipped' | 'failed' | 'timed out'} status
 * @property {string} ended how the process ended, in words
 * @property {string} output the end of standard output and standard error, as they came
 * @property {boolean} [retried] whether it passed only at the second attempt, alone
 */

/**
 * @typedef {object} RunOptions
 * @property {number} jobs
 * @property {number} timeoutMs
 * @property {string} [package] what replaces `net` in the test file; plain Node without it
 * @property {string} [register] the file to preload instead
 * @property {string} [driver]
 * @property {(text: string) => void} [progress]
 */

/**
 * @param {import('./describe-node').NodeBinary} node
 * @param {import('./find-tests').TestFile[]} tests
 * @param {RunOptions} options
 * @returns {Promise<Map<string, TestResult>>}
 */
async function runTests(node, tests, options) {
  const results = new Map();
  const queue = tests.filter((test) => !test.alone);
  const alone = tests.filter((test) => test.alone);

  const run = async (test, slot, isParallel) => {
    options.progress?.(`${results.size + 1}/${tests.length} ${test.name}`);
    return runTest(node, test, { ...options, slot, isParallel });
  };

  async function work(slot) {
    for (let test = queue.shift(); test !== undefined; test = queue.shift()) {
      results.set(test.name, await run(test, slot, true));
    }
  }
  await Promise.all(Array.from({ length: options.jobs }, (_, index) => work(index + 1)));

  for (const test of tests.filter(({ name }) => hasFailed(results.get(name)))) {
    const again = await run(test, 0, true);
    if (!hasFailed(again)) results.set(test.name, { ...again, retried: true });
  }
  for (const test of alone) results.set(test.name, await run(test, 0, false));
  options.progress?.('');
  return results;
}

/**
 * @param {import('./describe-node').NodeBinary} node
 * @param {import('./find-tests').TestFile} test
 * @param {RunOptions & { slot: number, isParallel: boolean }} options
 * @returns {Promise<TestResult>}
 */
async function runTest(node, test, options) {
  // A short name: Unix socket paths, which tests make under it, end at 107 bytes.
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'ns-'));
  try {
    const child = spawn(node.path, [...test.flags, test.path], {
      cwd: path.dirname(path.dirname(test.path)),
      detached: true,
      env: environmentOf(test, temporary, options),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return await resultOf(child, options.timeoutMs);
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
  }
}

function environmentOf(test, temporary, options) {
  const preloads = [OLDER_NODE];
  if (options.register) preloads.push(options.register);
  if (options.package) preloads.push(REPLACE_NET);
  const env = {
    ...process.env,
    NODE_TEST_DIR: temporary,
    TEST_THREAD_ID: String(options.slot),
    TEST_SERIAL_ID: String(options.slot),
    TEST_PARALLEL: options.isParallel ? '1' : '0',
    NODE_COMMON_PORT: String(12_346 + options.slot * 100),
    // By the environment, not by the command line, so that it reaches whatever a test starts: children and workers.
    NODE_OPTIONS: preloads.map((file) => `--require ${JSON.stringify(file)}`).join(' '),
    ...test.env,
  };
  // What the outer process inherited from a test runner must not change how a file of node:test reports.
  delete env.NODE_TEST_CONTEXT;
  delete env.NODE_DEBUG;
  delete env.SAFE_SOCKET_DRIVER;
  if (options.driver) env.SAFE_SOCKET_DRIVER = options.driver;
  if (options.package) {
    env.SAFE_SOCKET_SUITE_FILE = test.path;
    env.SAFE_SOCKET_SUITE_PACKAGE = options.package;
  }
  return env;
}

/**
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>} child
 * @param {number} timeoutMs
 * @returns {Promise<TestResult>}
 */
function resultOf(child, timeoutMs) {
  return new Promise((resolve, reject) => {
    let output = '';
    let timedOut = false;
    const collect = (chunk) => {
      if (output.length < MAX_OUTPUT_BYTES) output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child);
    }, timeoutMs);
    child.once('error', reject);
    // Grandchildren may outlive the test and would hold the pipes open.
    child.once('exit', () => killGroup(child));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const ended = signal ? `killed by ${signal}` : `exit code ${code}`;
      resolve({
        status: statusOf(code, output, timedOut),
        ended: timedOut ? `stopped after ${timeoutMs / 1000} s` : ended,
        output: output.slice(-KEPT_OUTPUT_CHARS),
      });
    });
  });
}

function statusOf(code, output, timedOut) {
  if (timedOut) return 'timed out';
  if (code !== 0) return 'failed';
  return SKIPPED.test(output) ? 'skipped' : 'passed';
}

function hasFailed(result) {
  return result?.status === 'failed' || result?.status === 'timed out';
}

function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody is left in the group.
  }
}

module.exports = { runTests };
