'use strict';

/**
 * `npm run test:sanitize [-- --driver loop|thread] [file …]`
 *
 * Builds the addon with AddressSanitizer, and runs with it the tests in which it works hardest. Fails where a test does, and at
 * any access to memory that is not, or no longer, the program's own: in the addon, in a system call, or by way of the allocator,
 * which is the sanitizer's for the whole process. Node itself is not instrumented. Before that, copies of the event loop with a
 * mistake in them must be found out; and one in which a socket panics must go on with the others.
 *
 * Needs Linux on x64 or arm64, and libasan (of gcc); cargo is told by RUSTC_BOOTSTRAP that an unstable flag is meant.
 */

const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { parseArgs } = require('node:util');

const { ROOT, demand, fail, run } = require('./lib/checkout');

const { copyFileSync, cpSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } = fs;

const TARGET = process.arch === 'arm64' ? 'aarch64-unknown-linux-gnu' : 'x86_64-unknown-linux-gnu';
const FOLDER = path.join(ROOT, 'target', 'sanitize');
/** In a folder of their own: cargo gives the libraries of two copies of a crate one name. */
const MISTAKES_FOLDER = path.join(ROOT, 'target', 'sanitize-mistakes');
const FLAGS = '-Zsanitizer=address -Zexternal-clangrt -Cforce-frame-pointers=yes';

/** Not those that preload a library of their own, nor those that measure what the process holds. */
const FILES = [
  'contract/our-sockets',
  'contract/random-lives',
  'delivery/delivered',
  'guard/reconnect',
  'native/arbitrary-calls',
  'native/environment-end',
  'native/events-of-a-batch',
  'native/forgotten-copies',
  'native/loaded-twice',
  'native/message-pool',
  'native/process-lifetime',
  'native/worker-exit',
  'native/worker-families',
  'native/workers',
  'package/release',
  'server/held-connections',
  'socket/async-context',
  'socket/bad-input-connected',
  'socket/gather',
  'socket/gather-memory',
  'socket/gather-tick',
  'socket/reset-anywhere',
  'socket/short-messages',
  'socket/unix-path',
  'socket/urgent-data',
  'socket/write-timeout',
].map((name) => path.join('__test__', `${name}.test.js`));

/** Compared with net elsewhere; net itself reads memory here that was detached and freed. */
const MISBEHAVING = ['__test__/fixtures/misbehaving/index.js', 'safe-socket'];

/** What a worker does that the mistakes must show in: it opens sockets, reads, and ends. */
const PLAIN_PROGRAM = ['__test__/fixtures/worker-exit.js', 'end', '4'];

/** Mistakes for copies of the event loop, one each, and what the sanitizer calls them. */
const MISTAKES = [
  {
    name: 'reads past the slab',
    file: 'src/sys/bytes.rs',
    right: 'slice::from_raw_parts_mut(self.bytes, self.len.min(limit))',
    wrong: 'slice::from_raw_parts_mut(self.bytes.add(self.len - 1), limit)',
    report: /heap-buffer-overflow/,
  },
  {
    name: "gives a handle's memory back twice",
    file: 'src/sys/uv.rs',
    right: 'unsafe { dealloc(raw.as_ptr().cast(), data.layout) };',
    wrong: 'for _ in 0..2 { unsafe { dealloc(raw.as_ptr().cast(), data.layout) } }',
    report: /attempting double-free/,
  },
  {
    name: 'calls back after the callback was given back',
    file: 'src/sys/uv.rs',
    right: 'if let Some(callback) = unsafe { data.as_ref() }.callback.clone() {',
    wrong:
      'drop(unsafe { Box::from_raw(data.as_ptr()) }); if let Some(callback) = unsafe { data.as_ref() }.callback.clone() {',
    report: /heap-use-after-free/,
  },
];

/** A mistake that is noticed, by Rust itself. */
const PANIC = {
  name: 'panics when its fourth stream can be read',
  file: 'src/event_loop/stream/events.rs',
  right: 'self.requests.remove(ARMED);',
  wrong: 'assert!(self.attachment.id != 3 || !self.requests.has(READING)); self.requests.remove(ARMED);',
};

/** Prints which of six streams have had their answers. */
const SIX_STREAMS = ['__test__/fixtures/six-streams.js'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { driver: { type: 'string', multiple: true, default: ['loop', 'thread'] } },
});

main();

function main() {
  const addon = build(ROOT, FOLDER);
  for (const mistake of MISTAKES) demandReport(mistake);
  for (const driver of values.driver) demandOthersGoOn(driver);
  for (const driver of values.driver) {
    const files = positionals.length > 0 ? positionals : FILES;
    const tests = ['--test', '--test-concurrency=2', '--test-timeout=900000', '--test-reporter=dot', ...files];
    demandNoReport(`tests, ${driver} driver`, addon, driver, tests);
    if (positionals.length === 0) {
      demandNoReport(`misbehaving JavaScript, ${driver} driver`, addon, driver, MISBEHAVING);
    }
  }
}

/**
 * @param {string} root of the sources
 * @param {string} target where cargo builds
 * @returns {string} the addon
 */
function build(root, target) {
  const env = { ...process.env, RUSTC_BOOTSTRAP: '1', RUSTFLAGS: FLAGS, CARGO_TARGET_DIR: target };
  const manifest = path.join(root, 'Cargo.toml');
  const args = ['build', '--quiet', '--lib', '--target', TARGET, '--manifest-path', manifest];
  demand('cargo build, with AddressSanitizer', 'cargo', args, { env });
  const library = path.join(target, TARGET, 'debug', 'libsafe_socket.so');
  if (!readFileSync(library).includes('__asan_report_')) fail('The addon was built without AddressSanitizer.');
  const addon = path.join(target, 'safe-socket.node');
  copyFileSync(library, addon);
  return addon;
}

/**
 * Whether the sanitizer finds what is there.
 *
 * @param {typeof MISTAKES[number]} mistake
 */
function demandReport(mistake) {
  const { reports } = withMistake(mistake, (addon) =>
    sanitized(addon, (env) => {
      spawnSync(process.execPath, PLAIN_PROGRAM, { cwd: ROOT, env: { ...env, SAFE_SOCKET_DRIVER: 'loop' } });
    }),
  );
  if (!reports.some((text) => mistake.report.test(text))) {
    fail(`AddressSanitizer does not see that a copy ${mistake.name}.`);
  }
  console.log(`Found out: a copy that ${mistake.name}`);
}

/**
 * Whether a panic is the end of the turn of one socket, and not of all of them.
 *
 * @param {string} driver
 */
function demandOthersGoOn(driver) {
  const { result } = withMistake(PANIC, (addon) =>
    sanitized(addon, (env) =>
      spawnSync(process.execPath, SIX_STREAMS, {
        cwd: ROOT,
        env: { ...env, SAFE_SOCKET_DRIVER: driver },
        encoding: 'utf8',
        timeout: 60_000,
      }),
    ),
  );
  if (result.stdout !== '0,1,2,4,5' || !result.stderr.includes('panicked')) {
    fail(`Of a copy that ${PANIC.name} go on, ${driver} driver: ${result.stdout}\n${result.stderr}`);
  }
  console.log(`Others go on, ${driver} driver: a copy that ${PANIC.name}`);
}

/**
 * @template T
 * @param {{ name: string, file: string, right: string, wrong: string }} mistake
 * @param {(addon: string) => T} act
 * @returns {T}
 */
function withMistake({ name, file, right, wrong }, act) {
  const copy = mkdtempSync(path.join(os.tmpdir(), 'safe-socket-mistake-'));
  try {
    for (const source of ['Cargo.toml', 'Cargo.lock', 'build.rs', 'src']) {
      cpSync(path.join(ROOT, source), path.join(copy, source), { recursive: true });
    }
    const text = readFileSync(path.join(copy, file), 'utf8');
    if (!text.includes(right)) fail(`There is no place in ${file} for the mistake that ${name}.`);
    writeFileSync(path.join(copy, file), text.replace(right, wrong));
    return act(build(copy, MISTAKES_FOLDER));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/**
 * @param {string} title
 * @param {string} addon
 * @param {string} driver
 * @param {string[]} args of node
 */
function demandNoReport(title, addon, driver, args) {
  const { result: passed, reports } = sanitized(addon, (env) =>
    run(title, process.execPath, args, { env: { ...env, SAFE_SOCKET_DRIVER: driver }, quiet: args === MISBEHAVING }),
  );
  for (const report of reports) process.stderr.write(report);
  if (!passed || reports.length > 0) fail(`Failed: ${title}`);
  console.log(`No report of AddressSanitizer: ${title}`);
}

/** @returns {string} the sanitizer's library, which must be the first of the process */
function runtime() {
  const found = execFileSync('cc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim();
  return path.isAbsolute(found) ? realpathSync(found) : fail('There is no libasan.so; it comes with gcc.');
}

/**
 * @template T
 * @param {string} addon
 * @param {(env: NodeJS.ProcessEnv) => T} act runs node in this environment
 * @returns {{ result: T, reports: string[] }}
 */
function sanitized(addon, act) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'safe-socket-sanitize-'));
  try {
    const result = act({
      ...process.env,
      NAPI_RS_NATIVE_LIBRARY_PATH: addon,
      LD_PRELOAD: runtime(),
      // Of a process with a garbage collector, leaks at its end say nothing; test:soak looks for those.
      ASAN_OPTIONS: `detect_leaks=0:log_path=${path.join(folder, 'report')}`,
    });
    const reports = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
    return { result, reports };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
