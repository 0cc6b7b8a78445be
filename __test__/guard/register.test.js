'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { promisify } = require('node:util');
const { describe, it } = require('node:test');

const run = promisify(execFile);
const REGISTER = path.join(__dirname, '..', '..', 'register.js');
const REQUIRE = ['--require', REGISTER];
const IMPORT = ['--import', pathToFileURL(REGISTER).href];

/**
 * @param {string[]} preload
 * @param {string} program
 * @param {Record<string, string>} [env]
 * @returns {Promise<string[]>} what it printed
 */
async function linesOf(preload, program, env = {}) {
  const { stdout, stderr } = await run(
    process.execPath,
    [...preload, path.join(__dirname, '..', 'fixtures', 'programs', program)],
    {
      env: { ...process.env, NODE_OPTIONS: '', ...env },
    },
  );
  assert.equal(stderr, '');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('safe-socket/register', { timeout: 150_000 }, () => {
  for (const [way, preload] of [
    ['--require', REQUIRE],
    ['--import', IMPORT],
  ]) {
    for (const program of [
      'write-after-end.js',
      'write-after-end.mjs',
      'in-a-worker.js',
      'in-a-fork.js',
      'child-stdin.js',
    ]) {
      it(`${way} guards the sockets of ${program}, which cannot be edited`, async () => {
        assert.deepEqual(await linesOf(preload, program), ['ERR_SOCKET_ALREADY_ENDED']);
      });
    }
  }

  it('leaves the names, the arity and the attributes of the methods as they are', async () => {
    assert.deepEqual(await linesOf(REQUIRE, 'method-shapes.js'), await linesOf([], 'method-shapes.js'));
  });

  it('--require guards the sockets of a worker whose program is text, where Node loads nothing of --import', async () => {
    const program = 'in-a-worker-of-text.js';
    assert.deepEqual(await linesOf(REQUIRE, program), ['ERR_SOCKET_ALREADY_ENDED']);
    const nothing = 'data:text/javascript,console.log(import.meta.url)';
    const plain = path.join(__dirname, '..', 'fixtures', 'programs', program);
    const { stdout } = await run(process.execPath, ['--import', nothing, plain]).catch((error) => error);
    assert.equal(stdout.split(nothing).length - 1, 1, 'Node loads it in such workers too: say so in the docs');
  });

  it('guards by NODE_OPTIONS', async () => {
    const env = { NODE_OPTIONS: `--require ${JSON.stringify(REGISTER)}` };
    assert.deepEqual(await linesOf([], 'in-a-fork.js', env), ['ERR_SOCKET_ALREADY_ENDED']);
  });

  it('leaves standard streams alone', async () => {
    const args = (preload) => [...preload, path.join(__dirname, '..', 'fixtures', 'programs', 'standard-streams.js')];
    const plain = await run(process.execPath, args([]));
    assert.deepEqual(await run(process.execPath, args(REQUIRE)), plain);
  });

  const policies = [
    { env: {}, lines: ['threw ERR_SOCKET_ALREADY_ENDED'] },
    { env: { SAFE_SOCKET_TRACE: '1' }, lines: ['threw ERR_SOCKET_ALREADY_ENDED', 'trace true'] },
    {
      env: { SAFE_SOCKET_ON_REFUSED: 'emit' },
      lines: ['returned false', 'error ERR_SOCKET_ALREADY_ENDED', 'callback ERR_SOCKET_ALREADY_ENDED'],
    },
    { env: { SAFE_SOCKET_ON_REFUSED: 'drop' }, lines: ['returned false', 'callback ERR_SOCKET_ALREADY_ENDED'] },
  ];
  for (const { env, lines } of policies) {
    it(`heeds ${JSON.stringify(env)}`, async () => {
      assert.deepEqual((await linesOf(REQUIRE, 'refused-uncaught.js', env)).toSorted(), lines.toSorted());
    });
  }

  it('says so when SAFE_SOCKET_ON_REFUSED is wrong', async () => {
    const failure = linesOf(REQUIRE, 'refused-uncaught.js', { SAFE_SOCKET_ON_REFUSED: 'ignore' });
    await assert.rejects(failure, /SAFE_SOCKET_ON_REFUSED must be .*'throw', 'emit', 'drop'\. Received 'ignore'/);
  });

  it('loads neither tls nor http nor the native binary at start-up', async () => {
    const [line] = await linesOf(REQUIRE, 'what-was-loaded.js');
    assert.deepEqual(JSON.parse(line), { tls: false, http: false, native: false });
  });

  it('logs refusals with NODE_DEBUG=safe-socket', async () => {
    const { stderr } = await run(
      process.execPath,
      [...REQUIRE, path.join(__dirname, '..', 'fixtures', 'programs', 'write-after-end.js')],
      {
        env: { ...process.env, NODE_DEBUG: 'safe-socket' },
      },
    );
    assert.match(stderr, /SAFE-SOCKET \d+: write of 17 bytes refused, ended by local/);
  });

  it('can be registered twice', async () => {
    assert.deepEqual(await linesOf([...REQUIRE, ...REQUIRE], 'write-after-end.js'), ['ERR_SOCKET_ALREADY_ENDED']);
  });
});
