'use strict';

/**
 * `node bundle.js BUNDLER ENTRY FOLDER OPTIONS`: writes the bundle FOLDER/main.js or main.mjs. The bundlers are told what
 * docs/packaging.md says, and nothing else about the package. A process of its own: most of them do one bundle at a time.
 */

const fs = require('node:fs/promises');
const path = require('node:path');

/**
 * @typedef {object} Options
 * @property {boolean} [external] whether the package stays out of the bundle
 * @property {boolean} [minify]
 * @property {boolean} [esm] the bundle is an ES module
 * @property {boolean} [carry] the bundler takes the binary along
 */

/** The package, its parts, and the packages that have the binaries. */
const PACKAGE = /^safe-socket/;
const NAMES = ['safe-socket', 'safe-socket/http', 'safe-socket/promises', 'safe-socket/register'];
/** Only those that have the binaries. */
const PLATFORMS = /^safe-socket-/;

/** What `require()` of the binary needs, which is none of ES modules. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** @type {Record<string, (entry: string, folder: string, options: Options) => Promise<void>>} */
const BUNDLERS = { esbuild, ncc, rollup, vite, webpack };

/** @param {Options} options */
const outputOf = ({ esm }) => (esm ? 'main.mjs' : 'main.js');

/** @param {Options} options */
const bannerOf = ({ esm }) => (esm ? REQUIRE : '');

/** @type {BUNDLERS[string]} */
async function esbuild(entry, folder, options) {
  const { carry, esm, external, minify } = options;
  const platforms = carry ? [] : ['safe-socket-*'];
  const { warnings } = await require('esbuild').build({
    entryPoints: [entry],
    outfile: path.join(folder, outputOf(options)),
    bundle: true,
    platform: 'node',
    format: esm ? 'esm' : 'cjs',
    banner: { js: bannerOf(options) },
    minify,
    external: external ? ['safe-socket'] : platforms,
    loader: carry ? { '.node': 'copy' } : {},
    logLevel: 'silent',
  });
  for (const { text } of warnings) console.log(text);
}

/** @type {BUNDLERS[string]} */
async function webpack(entry, folder, options) {
  const { external, minify } = options;
  const compiler = require('webpack')({
    target: 'node',
    mode: minify ? 'production' : 'development',
    devtool: false,
    context: path.dirname(path.dirname(entry)),
    entry,
    output: { path: folder, filename: outputOf(options) },
    externalsType: 'commonjs',
    externals: external ? [PACKAGE] : [PLATFORMS, /\.node$/],
    infrastructureLogging: { level: 'error' },
  });
  const stats = await new Promise((resolve, reject) => {
    compiler.run((/** @type {Error | null} */ error, /** @type {any} */ result) =>
      error ? reject(error) : resolve(result),
    );
  });
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  if (errors.length > 0) throw new Error(errors[0].message);
  for (const { moduleName, message } of warnings) console.log(moduleName, message);
}

/** @type {BUNDLERS[string]} */
async function rollup(entry, folder, options) {
  const commonjs = require('@rollup/plugin-commonjs');
  const { nodeResolve } = require('@rollup/plugin-node-resolve');
  const bundle = await require('rollup').rollup({
    input: entry,
    external: [/^node:/, options.external ? PACKAGE : PLATFORMS],
    plugins: [nodeResolve({ preferBuiltins: true }), commonjs()],
    onwarn: ({ message }) => console.log(message),
  });
  const file = path.join(folder, outputOf(options));
  await bundle.write({ file, format: options.esm ? 'es' : 'cjs', banner: bannerOf(options) });
}

/** @type {BUNDLERS[string]} */
async function vite(entry, folder, options) {
  const { esm, external, minify } = options;
  const output = { entryFileNames: outputOf(options), format: esm ? 'es' : 'cjs' };
  const { build } = await import('vite');
  await build({
    configFile: false,
    root: path.dirname(entry),
    logLevel: 'warn',
    ssr: external ? {} : { noExternal: true },
    build: {
      ssr: entry,
      outDir: folder,
      emptyOutDir: false,
      minify: minify ?? false,
      rollupOptions: { external: [external ? PACKAGE : PLATFORMS], output },
    },
  });
}

/** @type {BUNDLERS[string]} */
async function ncc(entry, folder, { external, minify }) {
  const { code, assets } = await require('@vercel/ncc')(entry, {
    minify,
    cache: false,
    quiet: true,
    externals: external ? NAMES : [],
  });
  // Of an ES module it makes another.
  await fs.writeFile(path.join(folder, 'main.mjs'), code);
  for (const [name, { source }] of Object.entries(assets)) await fs.writeFile(path.join(folder, name), source);
}

async function main() {
  const [, , bundler, entry, folder, options] = process.argv;
  await BUNDLERS[bundler](entry, folder, JSON.parse(options));
}

main();
