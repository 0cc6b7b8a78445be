'use strict';

/**
 * Without the native binary: the guard and the preload work, with the same code and message, and what
 * needs the binary says so in one clear error.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const ROOT = path.join(__dirname, '..', '..');
const run = promisify(execFile);

/** How a binary can be unusable, by what is put in its place. @type {Record<string, (file: string) => void>} */
const BINARIES = {
  missing: () => {},
  'of another platform': (file) => fs.writeFileSync(file, 'MZ, which is no shared object here'),
};

for (const [how, put] of Object.entries(BINARIES)) {
  test(`a binary that is ${how} makes one clear error of a Rust-backed socket`, async (t) => {
    const dir = copyWithoutBinary(t, put);
    const { code, message, cause } = await evaluate(
      dir,
      `
      const net = require('./index.js');
      try { net.connect(1); } catch (error) {
        print({ code: error.code, message: error.message, cause: Boolean(error.cause) });
      }`,
    );
    assert.equal(code, 'ERR_SAFE_SOCKET_BINARY');
    assert.match(message, new RegExp(`${process.platform}-${process.arch}`));
    assert.match(message, /npm run build/);
    assert.doesNotMatch(message, /\n/);
    assert.equal(cause, true);
  });

  test(`a binary that is ${how} leaves the guard as it is, to the message`, async (t) => {
    const dir = copyWithoutBinary(t, put);
    const program = (/** @type {string} */ entry) => `
      const net = require('node:net');
      const { safeSocket } = require(${JSON.stringify(entry)});
      const server = net.createServer((socket) => socket.resume()).listen(0, '127.0.0.1', () => {
        const socket = safeSocket(net.connect(server.address().port, '127.0.0.1'));
        socket.on('connect', () => {
          socket.end();
          try { socket.write('late'); } catch (error) {
            print({ code: error.code, endedBy: error.endedBy, message: error.message.replace(/(less than )?[0-9.]+ (ms|s)/, 'some time') });
          }
          server.close();
        });
      });`;
    const without = await evaluate(dir, program(path.join(dir, 'index.js')));
    const withBinary = await evaluate(dir, program(ROOT));
    assert.equal(without.code, 'ERR_SOCKET_ALREADY_ENDED');
    assert.deepEqual(without, withBinary);
  });

  test(`a binary that is ${how} leaves the preload as it is`, async (t) => {
    const dir = copyWithoutBinary(t, put);
    const { code } = await evaluate(
      dir,
      `
      const net = require('node:net');
      const socket = net.connect(1, '127.0.0.1').destroy();
      try { socket.write('late'); } catch (error) { print({ code: error.code }); }`,
      ['--require', path.join(dir, 'register.js')],
    );
    assert.equal(code, 'ERR_SOCKET_ALREADY_ENDED');
  });
}

test('a binary that could not be loaded is tried again for the next socket', async (t) => {
  const dir = copyWithoutBinary(t, () => {});
  const outcomes = await evaluate(
    dir,
    `
    const net = require('./index.js');
    const outcomes = [];
    const listen = () => {
      try {
        const server = net.createServer().listen(0);
        server.close();
        outcomes.push('listened');
      } catch (error) {
        outcomes.push(error.code);
      }
    };
    listen();
    require('node:fs').copyFileSync(${JSON.stringify(binary())}, ${JSON.stringify(path.join(dir, 'lib/native', path.basename(binary())))});
    listen();
    print(outcomes);`,
  );
  assert.deepEqual(outcomes, ['ERR_SAFE_SOCKET_BINARY', 'listened']);
});

test('the preload does not load the binary, and no refused call does', async () => {
  const loads = await evaluate(
    ROOT,
    `
    const loaded = () => Object.keys(require.cache).some((file) => file.endsWith('.node'));
    const net = require('node:net');
    const before = loaded();
    const socket = net.connect(1, '127.0.0.1').destroy();
    try { socket.write('late'); } catch {}
    const after = loaded();
    require(${JSON.stringify(ROOT)}).connect(1, '127.0.0.1').destroy();
    print({ before, after, onDemand: loaded() });`,
    ['--require', path.join(ROOT, 'register.js')],
  );
  assert.deepEqual({ ...loads }, { before: false, after: false, onDemand: true });
});

/**
 * The package as it would be installed on a platform without a binary.
 *
 * @param {import('node:test').TestContext} t
 * @param {(file: string) => void} put puts something in the place of the binary
 */
function copyWithoutBinary(t, put) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-socket-'));
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  for (const name of ['package.json', 'index.js', 'register.js'])
    fs.copyFileSync(path.join(ROOT, name), path.join(dir, name));
  fs.cpSync(path.join(ROOT, 'lib'), path.join(dir, 'lib'), {
    recursive: true,
    filter: (file) => !file.endsWith('.node'),
  });
  put(path.join(dir, 'lib/native', path.basename(binary())));
  return dir;
}

/** The binary that was built for this platform. */
function binary() {
  const name = fs.readdirSync(path.join(ROOT, 'lib/native')).find((file) => file.endsWith('.node'));
  assert.ok(name, 'the addon is not built');
  return path.join(ROOT, 'lib/native', name);
}

/**
 * Runs a program in `dir` that prints one value.
 *
 * @param {string} dir
 * @param {string} program
 * @param {string[]} [flags]
 */
async function evaluate(dir, program, flags = []) {
  const print = 'const print = (value) => console.log(JSON.stringify(value));';
  const { stdout } = await run(process.execPath, [...flags, '-e', print + program], { cwd: dir });
  return JSON.parse(stdout);
}
