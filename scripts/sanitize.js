'use strict';

/**
 * `npm run test:sanitize [-- --driver loop|thread] [file …]`
 *
 * Builds the addon with AddressSanitizer, and runs with it the tests in which it works hardest. Fails where a test does, and at
 * any access to memory that is not, or no longer, the program's own: in the addon, in a system call, or by way of the allocator,
 * which is the sanitizer's for the whole process. Node itself is not instrumented.
 *
 * Needs Linux on x64 or arm64, and libasan (of gcc); cargo is told by RUSTC_BOOTSTRAP that an unstable flag is meant.
 */

const { execFileSync } = require('node:child_process');
const { copyFileSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { parseArgs } = require('node:util');

const { ROOT, demand, fail, run } = require('./checkout');

const TARGET = process.arch === 'arm64' ? 'aarch64-unknown-linux-gnu' : 'x86_64-unknown-linux-gnu';
const FOLDER = path.join(ROOT, 'target', 'sanitize');
const ADDON = path.join(FOLDER, 'safe-socket.node');
const FLAGS = '-Zsanitizer=address -Zexternal-clangrt -Cforce-frame-pointers=yes';

/** Not those that preload a library of their own, nor those that measure what the process holds. */
const FILES = [
  'async-context',
  'bad-input-connected',
  'contract-rust',
  'delivered',
  'dispatch',
  'gather',
  'invariant',
  'lifetime',
  'load-twice',
  'native-boundary',
  'reconnect',
  'release',
  'reset-anywhere',
  'unix-path',
  'urgent-data',
  'worker-exit',
  'workers',
  'write-timeout',
].map((name) => path.join('__test__', `${name}.test.js`));

/** Compared with net elsewhere; net itself reads memory here that was detached and freed. */
const MISBEHAVING = ['__test__/fixtures/misbehaving/index.js', 'safe-socket'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { driver: { type: 'string', multiple: true, default: ['loop', 'thread'] } },
});

main();

function main() {
  build();
  for (const driver of values.driver) {
    const files = positionals.length > 0 ? positionals : FILES;
    const tests = ['--test', '--test-concurrency=2', '--test-timeout=900000', '--test-reporter=dot', ...files];
    sanitized(`tests, ${driver} driver`, driver, tests);
    if (positionals.length === 0) sanitized(`misbehaving JavaScript, ${driver} driver`, driver, MISBEHAVING);
  }
}

function build() {
  const env = { ...process.env, RUSTC_BOOTSTRAP: '1', RUSTFLAGS: FLAGS, CARGO_TARGET_DIR: FOLDER };
  demand('cargo build, with AddressSanitizer', 'cargo', ['build', '--quiet', '--lib', '--target', TARGET], { env });
  const library = path.join(FOLDER, TARGET, 'debug', 'libsafe_socket.so');
  if (!readFileSync(library).includes('__asan_report_')) fail('The addon was built without AddressSanitizer.');
  copyFileSync(library, ADDON);
}

/** @returns {string} the sanitizer's library, which must be the first of the process */
function runtime() {
  const found = execFileSync('cc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim();
  return path.isAbsolute(found) ? realpathSync(found) : fail('There is no libasan.so; it comes with gcc.');
}

/**
 * @param {string} title
 * @param {string} driver
 * @param {string[]} args of node
 */
function sanitized(title, driver, args) {
  const reports = mkdtempSync(path.join(os.tmpdir(), 'safe-socket-sanitize-'));
  try {
    const env = {
      ...process.env,
      SAFE_SOCKET_DRIVER: driver,
      NAPI_RS_NATIVE_LIBRARY_PATH: ADDON,
      LD_PRELOAD: runtime(),
      // Of a process with a garbage collector, leaks at its end say nothing; test:soak looks for those.
      ASAN_OPTIONS: `detect_leaks=0:log_path=${path.join(reports, 'report')}`,
    };
    const passed = run(title, process.execPath, args, { env, quiet: args === MISBEHAVING });
    const found = readdirSync(reports).map((name) => readFileSync(path.join(reports, name), 'utf8'));
    for (const report of found) process.stderr.write(report);
    if (!passed || found.length > 0) fail(`Failed: ${title}`);
    console.log(`No report of AddressSanitizer: ${title}`);
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
}
