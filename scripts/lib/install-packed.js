'use strict';

/**
 * The package as it is published, installed into an empty folder: what the release workflow does, for this platform alone.
 * The binary goes into a package for the platform, and ours names that as an optional dependency. Nothing asks the network.
 */

const { execFile } = require('node:child_process');
const { cp, mkdir, readFile, readdir, rename, writeFile } = require('node:fs/promises');
const path = require('node:path');
const { promisify } = require('node:util');

const { ROOT } = require('./checkout');

const NAPI = path.join(ROOT, 'node_modules/@napi-rs/cli/dist/cli.js');
const IS_WINDOWS = process.platform === 'win32';

/** What npm packs, whatever `files` of the manifest says. */
const ALWAYS = ['package.json', 'LICENSE', 'README.md'];

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

/** @typedef {{ filename: string, size: number, files: { path: string }[] }} Packed what `npm pack` says */

/**
 * @param {string} folder an empty one, which becomes a project that has the package
 * @param {NodeJS.ProcessEnv} [env] of npm
 * @returns {Promise<{ ours: Packed, platform: Packed }>} the two packages
 */
async function installPacked(folder, env = process.env) {
  const release = path.join(folder, 'release');
  const platformName = await copyCheckout(release);
  for (const command of [
    ['create-npm-dirs'],
    ['artifacts', '--output-dir', 'artifacts'],
    ['pre-publish', '--tag-style', 'npm', '--skip-optional-publish', '--no-gh-release'],
  ]) {
    await run(process.execPath, [NAPI, ...command], { cwd: release });
  }
  const ours = await pack(release, folder, env);
  const platform = await pack(path.join(release, 'npm', platformName), folder, env);
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }');
  const tarballs = [platform, ours].map(({ filename }) => path.join(folder, filename));
  await npm(['install', '--offline', '--no-audit', '--no-fund', ...tarballs], folder, env);
  return { ours, platform };
}

/**
 * Copies what is packed, with the binary where the workflow has those of all platforms.
 *
 * @param {string} folder
 * @returns {Promise<string>} the platform that the binary is for
 */
async function copyCheckout(folder) {
  const manifest = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8'));
  for (const name of [...manifest.files, ...ALWAYS]) {
    await cp(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  }
  const binaries = (await readdir(path.join(folder, 'lib/native'))).filter((file) => file.endsWith('.node'));
  if (binaries.length !== 1) throw new Error(`Built for one platform is what this needs, and not ${binaries.length}`);
  await mkdir(path.join(folder, 'artifacts'));
  await rename(path.join(folder, 'lib/native', binaries[0]), path.join(folder, 'artifacts', binaries[0]));
  const [, platformName] = binaries[0].split('.');
  manifest.napi.targets = [Reflect.get(TARGETS, platformName)];
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  return platformName;
}

/**
 * @param {string} from
 * @param {string} to
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Packed>}
 */
async function pack(from, to, env) {
  return JSON.parse(await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', to], from, env))[0];
}

/**
 * @param {string[]} args
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>} its output
 */
async function npm(args, cwd, env) {
  const { stdout } = await run('npm', args, { cwd, env, shell: IS_WINDOWS });
  return stdout;
}

module.exports = { installPacked };
