'use strict';

/**
 * A program that a bundler packed does what it does unpacked: with the package inside the bundle, and beside it. The package
 * is the one that npm installs. docs/packaging.md says what each bundler has to be told; `support/bundle.js` tells it that.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs/promises');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { promisify } = require('node:util');

const { installPacked } = require('../../scripts/lib/install-packed');

/** @import { Options } from '../support/bundle' */

const run = promisify(execFile);

const BUNDLE = path.join(__dirname, '..', 'support', 'bundle.js');
const PROGRAM = path.join(__dirname, '..', 'fixtures', 'programs', 'bundled');

const [MAJOR, MINOR] = process.versions.node.split('.').map(Number);
const HAS_VITE = MAJOR > 22 || (MAJOR === 22 && MINOR >= 12) || (MAJOR === 20 && MINOR >= 19);

/** Two at a time: a bundle keeps a processor busy. */
const CONCURRENCY = 2;

/** What webpack says of the file that napi generates, whatever it is told. */
const GENERATED =
  /^\.\/node_modules\/safe-socket\/lib\/native\/binding\.js .*(?:Critical dependency|safe-socket\.wasi\.cjs)/;

/** @type {[title: string, bundler: string, options: Options][]} */
const BUNDLES = [
  ['esbuild', 'esbuild', {}],
  ['esbuild, minified', 'esbuild', { minify: true }],
  ['esbuild, to an ES module', 'esbuild', { esm: true }],
  ['esbuild, minified', 'esbuild', { minify: true, carry: true }],
  ['webpack', 'webpack', {}],
  ['webpack, minified', 'webpack', { minify: true }],
  ['Rollup', 'rollup', {}],
  ['Rollup, to an ES module', 'rollup', { esm: true }],
  ['Vite', 'vite', { esm: true }],
  ['Vite, minified', 'vite', { esm: true, minify: true }],
  ['Vite, to CommonJS', 'vite', { minify: true }],
  ['ncc', 'ncc', { carry: true }],
  ['ncc, minified', 'ncc', { minify: true, carry: true }],
];

/** @type {string} has the package in node_modules, and the program in app */
let project;
/** @type {Record<string, unknown>} what the program prints when it is not packed */
let everything;
/** @type {Record<string, unknown>} and what it prints without the binary */
let withoutBinary;

before(async () => {
  project = await fs.mkdtemp(path.join(tmpdir(), 'safe-socket-bundlers-'));
  await installPacked(project);
  await fs.cp(PROGRAM, path.join(project, 'app'), { recursive: true });
  const program = path.join(project, 'app', 'main.mjs');
  everything = await outcomes(program);
  withoutBinary = await outcomes(program, { NAPI_RS_NATIVE_LIBRARY_PATH: path.join(project, 'none.node') });
});

after(() => fs.rm(project, { recursive: true, force: true }));

it('the program that is packed uses all of the package', () => {
  const { guard, badArgument, trace, sockets, web, promises, register } = everything;
  const message = 'The socket has already been ended. It was ended on this side';
  assert.deepEqual(guard, ['ERR_SOCKET_ALREADY_ENDED', 'SocketAlreadyEndedError', true, message]);
  assert.match(String(badArgument), /^TypeError \[ERR_INVALID_ARG_TYPE\]: /);
  assert.deepEqual([trace, sockets, web, promises], [true, ['echo', true], 'web', 'promises']);
  assert.match(String(register), /^ERR_SOCKET_ALREADY_ENDED: /);
});

it('the program without a binary has what needs none, and one error for the rest', () => {
  const { sockets, web, promises, ...others } = withoutBinary;
  assert.match(String(sockets), /^ERR_SAFE_SOCKET_BINARY: safe-socket has no native binary for .* external\.$/);
  assert.deepEqual({ web, promises }, { web: sockets, promises: sockets });
  assert.deepEqual({ ...everything, ...others }, everything);
});

describe('a bundle with the package inside', { concurrency: CONCURRENCY }, () => {
  for (const [title, bundler, options] of BUNDLES) {
    const binary = options.carry ? 'the binary that it copies' : 'the binary in its folder';
    it(`by ${title}, does everything with ${binary}, and without it what needs none`, skipped(bundler), async (t) => {
      const folder = await fs.mkdtemp(path.join(tmpdir(), 'safe-socket-bundle-'));
      t.after(() => fs.rm(folder, { recursive: true, force: true }));
      const bundle = await bundled(bundler, folder, options);
      const file = await binaryOf(folder, options);
      assert.deepEqual(await outcomes(bundle), everything);
      await fs.rm(file);
      assert.deepEqual(await outcomes(bundle), withoutBinary);
    });
  }
});

describe('a bundle with the package beside it', { concurrency: CONCURRENCY }, () => {
  for (const [title, bundler, options] of BUNDLES.filter(([, bundler, { carry }]) => bundler === 'ncc' || !carry)) {
    it(`by ${title}, does everything`, skipped(bundler), async () => {
      const folder = await fs.mkdtemp(path.join(project, 'beside-'));
      const bundle = await bundled(bundler, folder, { ...options, external: true });
      assert.deepEqual(await outcomes(bundle), everything);
      assert.deepEqual(
        (await fs.readdir(folder)).filter((file) => file.endsWith('.node')),
        [],
      );
    });
  }
});

it('a bundle has the package in the place of net', async () => {
  const program = `
    import net from 'net';
    import safe from 'safe-socket';
    console.log(net === safe, net.isIP('::1'), typeof new net.Socket().write);`;
  const outfile = path.join(project, 'in-the-place-of-net.js');
  await require('esbuild').build({
    stdin: { contents: program, resolveDir: project },
    outfile,
    absWorkingDir: project,
    bundle: true,
    platform: 'node',
    alias: { net: 'safe-socket' },
    external: ['safe-socket-*'],
  });
  const { stdout } = await run(process.execPath, [outfile]);
  assert.equal(stdout, 'true 6 function\n');
});

/** @param {string} bundler */
function skipped(bundler) {
  return { skip: bundler === 'vite' && !HAS_VITE && 'Vite 8 needs Node 20.19, or 22.12 and newer' };
}

/**
 * @param {string} bundler
 * @param {string} folder
 * @param {Options} options
 * @returns {Promise<string>} the file
 */
async function bundled(bundler, folder, options) {
  const entry = path.join(project, 'app', 'main.mjs');
  const { stdout } = await run(process.execPath, [BUNDLE, bundler, entry, folder, JSON.stringify(options)]);
  const warnings = stdout.split('\n').filter((line) => line !== '' && !GENERATED.test(line));
  assert.deepEqual(warnings, []);
  const names = await fs.readdir(folder);
  return path.join(folder, String(names.find((name) => /^main\.m?js$/.test(name))));
}

/**
 * @param {string} folder of the bundle
 * @param {Options} options
 * @returns {Promise<string>} the binary there, put there if the bundler has not done that
 */
async function binaryOf(folder, { carry }) {
  const source = carry ? folder : path.join(project, 'release', 'artifacts');
  const names = (await fs.readdir(source)).filter((name) => name.endsWith('.node'));
  assert.equal(names.length, 1);
  const binary = path.join(folder, names[0]);
  if (!carry) await fs.copyFile(path.join(source, names[0]), binary);
  return binary;
}

/**
 * @param {string} program
 * @param {Record<string, string>} [env]
 * @returns {Promise<Record<string, unknown>>} what it prints, without the times
 */
async function outcomes(program, env) {
  const options = { env: { ...process.env, SAFE_SOCKET_TRACE: '1', ...env }, timeout: 60_000 };
  const { stdout } = await run(process.execPath, [program], options);
  return JSON.parse(stdout.replaceAll(/, (?:less than )?\d+ ms ago/g, ''));
}
