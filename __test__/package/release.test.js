'use strict';

/**
 * What the release workflow makes of the package: the binary goes into a package for the platform, and ours names that
 * as an optional dependency. Both are installed into an empty folder, without network and without Rust.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { existsSync } = require('node:fs');
const { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } = require('node:fs/promises');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { promisify } = require('node:util');

const { makeDist } = require('../../scripts/dist');

const ROOT = path.join(__dirname, '..', '..');
const NAPI = path.join(ROOT, 'node_modules/@napi-rs/cli/dist/cli.js');
const IS_WINDOWS = process.platform === 'win32';

/** What may be in our package; a new file at the top level is a decision. */
const OURS = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^(index|http|promises|register)\.(js|d\.ts)$/,
  /^(lib|bin|types)\/(?!.*\.(node|test\.js)$)/,
];

/** Above that, something is packed that should not be. */
const MAX_BYTES = { ours: 200_000, platform: 2_000_000 };

/** Rust's names for the platforms that the tests run on. */
const TARGETS = {
  'darwin-arm64': 'aarch64-apple-darwin',
  'darwin-x64': 'x86_64-apple-darwin',
  'linux-arm64-gnu': 'aarch64-unknown-linux-gnu',
  'linux-arm64-musl': 'aarch64-unknown-linux-musl',
  'linux-x64-gnu': 'x86_64-unknown-linux-gnu',
  'linux-x64-musl': 'x86_64-unknown-linux-musl',
  'win32-x64-msvc': 'x86_64-pc-windows-msvc',
};

const run = promisify(execFile);

/** The environment without the folders that Rust is in. */
const WITHOUT_RUST = {
  ...process.env,
  PATH: process.env.PATH?.split(path.delimiter)
    .filter((folder) => !['cargo', 'cargo.exe'].some((name) => existsSync(path.join(folder, name))))
    .join(path.delimiter),
};

/**
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<string>}
 */
async function npm(args, cwd) {
  const { stdout } = await run('npm', args, { cwd, env: WITHOUT_RUST, shell: IS_WINDOWS });
  return stdout;
}

/**
 * @param {string} from
 * @param {string} to
 * @returns {Promise<{ filename: string, size: number, files: { path: string }[] }>}
 */
async function pack(from, to) {
  const [packed] = JSON.parse(await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', to], from));
  return packed;
}

/**
 * A copy of the package, ready to be published for this platform.
 *
 * @param {string} folder
 * @returns {Promise<{ root: string, platform: string }>} the folders of the two packages
 */
async function release(folder) {
  const root = path.join(folder, 'dist');
  makeDist(root);
  const binaries = (await readdir(path.join(root, 'lib/native'))).filter((file) => file.endsWith('.node'));
  assert.equal(binaries.length, 1, 'built for one platform');

  await mkdir(path.join(root, 'artifacts'));
  await rename(path.join(root, 'lib/native', binaries[0]), path.join(root, 'artifacts', binaries[0]));
  const [, platformName] = binaries[0].split('.');
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  // The workflow has the binaries of all platforms, and we have one.
  manifest.napi.targets = [TARGETS[platformName]];
  await writeFile(path.join(root, 'package.json'), JSON.stringify(manifest));

  for (const command of [
    ['create-npm-dirs'],
    ['artifacts', '--output-dir', 'artifacts'],
    ['pre-publish', '--tag-style', 'npm', '--skip-optional-publish', '--no-gh-release'],
  ]) {
    await run(process.execPath, [NAPI, ...command], { cwd: root });
  }
  return { root, platform: path.join(root, 'npm', platformName) };
}

describe('the released packages', () => {
  let folder;
  let ours;
  let platform;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'safe-socket-release-'));
    const released = await release(folder);
    ours = await pack(released.root, folder);
    platform = await pack(released.platform, folder);
    await writeFile(path.join(folder, 'package.json'), '{ "private": true }');
    const tarballs = [platform, ours].map(({ filename }) => path.join(folder, filename));
    await npm(['install', '--offline', '--no-audit', '--no-fund', ...tarballs], folder);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('hold the program and its papers, and nothing else', () => {
    const files = ours.files.map((file) => file.path);
    assert.deepEqual(
      files.filter((file) => !OURS.some((pattern) => pattern.test(file))),
      [],
    );
    assert.deepEqual(platform.files.map((file) => path.extname(file.path)).sort(), ['.json', '.md', '.node']);
  });

  it('are small', () => {
    assert.ok(ours.size < MAX_BYTES.ours, `${ours.size} bytes`);
    assert.ok(platform.size < MAX_BYTES.platform, `${platform.size} bytes`);
  });

  it('run no script when they are installed', async () => {
    const manifest = JSON.parse(await readFile(path.join(folder, 'node_modules/safe-socket/package.json'), 'utf8'));
    assert.equal(manifest.scripts, undefined);
  });

  it('throw where they were installed', async () => {
    const script = path.join(folder, 'app.mjs');
    await writeFile(
      script,
      `import net from 'safe-socket';
       const server = net.createServer((socket) => {
         socket.end('Goodbye!');
         try { socket.write('more'); } catch (err) { console.log(err.code); }
       });
       server.listen(0, '127.0.0.1', () => net.connect(server.address().port).resume().on('close', () => server.close()));`,
    );
    const { stdout } = await run(process.execPath, [script], { cwd: folder, env: WITHOUT_RUST });
    assert.equal(stdout, 'ERR_SOCKET_ALREADY_ENDED\n');
  });

  it('have HTTP and promises where they were installed', async () => {
    const script = path.join(folder, 'parts.mjs');
    await writeFile(
      script,
      `import { createServer, get } from 'safe-socket/http';
       import { connect, listen } from 'safe-socket/promises';
       const server = await listen({ port: 0, host: '127.0.0.1' }, (socket) => socket.end('promises'));
       for await (const data of await connect(server.address().port, '127.0.0.1')) console.log(String(data));
       server.close();
       const web = createServer((req, res) => res.end('http')).listen(0, '127.0.0.1', () => {
         get({ port: web.address().port, host: '127.0.0.1', agent: false }, (res) => {
           res.on('data', (data) => console.log(String(data))).on('end', () => web.close());
         });
       });`,
    );
    const { stdout } = await run(process.execPath, [script], { cwd: folder, env: WITHOUT_RUST });
    assert.equal(stdout, 'promises\nhttp\n');
  });

  it('preload where they were installed', async () => {
    const script = path.join(folder, 'preloaded.js');
    await writeFile(
      script,
      `const server = require('net').createServer((socket) => {
         socket.end('Goodbye!');
         try { socket.write('more'); } catch (err) { console.log(err.code); }
       });
       server.listen(0, '127.0.0.1', () => {
         require('net').connect(server.address().port).resume().on('close', () => server.close());
       });`,
    );
    for (const flag of ['--require', '--import']) {
      const { stdout } = await run(process.execPath, [flag, 'safe-socket/register', script], { cwd: folder });
      assert.equal(stdout, 'ERR_SOCKET_ALREADY_ENDED\n', flag);
    }
  });
});
