'use strict';

/**
 * `npm run dist [-- FOLDER]`: makes the package as it is published, in dist/ or FOLDER.
 *
 * Everything is as in the checkout, but that index.js and its like load lib/ from three files instead of ninety: packed.js
 * has what `require()` of them loads, packed-guard.js what the preload needs for sockets, packed-rest.js all else. The files
 * of lib/ are there too, to be read and for `require()` by path.
 */

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { transformSync } = require('esbuild');

const { ROOT } = require('./lib/checkout');

const LOADER = path.join(__dirname, 'dist', 'loader.js');
/** The public files that load lib/. */
const FACES = ['index.js', 'http.js', 'promises.js', 'register.js'];
/** These stay files: one finds the binary beside itself, the others are run by path. */
const FILES = /^(?:binding\.js|report\/)/;
/**
 * What a guarded socket needs when it ends, or is written to too late, is read with the rest of the guard: a program may
 * have run for weeks by then, and its package been replaced.
 */
const OF_THE_GUARD = /^(?:arguments|errors|http2-close|piped|refusal|user-stack|internals\/[^/]+)\.js$/;
/**
 * The requests of packed.js, in words that a bundler can follow. They are in another file than its functions, of which
 * some are held longer than a test runner remembers a copy: they would hold `require`, and with it all of that copy.
 */
const PARTS = `load.parts ??= {
  './packed-guard.js': () => require('./lib/packed-guard.js'),
  './packed-rest.js': () => require('./lib/packed-rest.js'),
};`;
/** Of the manifest, what only a checkout has a use for. */
const OF_A_CHECKOUT = ['devDependencies', 'overrides', 'scripts'];

/** @param {string} folder */
function makeDist(folder) {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const manifest = JSON.parse(read('package.json'));
  for (const name of [...manifest.files, 'LICENSE', 'README.md']) {
    fs.cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  }
  for (const key of OF_A_CHECKOUT) delete manifest[key];
  write(folder, 'package.json', `${JSON.stringify(manifest, null, 2)}\n`);
  for (const name of FACES) write(folder, name, faceOf(name));
  const first = loadedBy("require('./index'); require('./register');");
  const used = loadedBy("require('./register'); void require('node:net').Socket.prototype.write;");
  const others = packedNames().filter((name) => !first.includes(name));
  const isOfTheGuard = (/** @type {string} */ name) => used.includes(name) || OF_THE_GUARD.test(name);
  write(folder, 'lib/packed.js', small(packed(first)));
  write(folder, 'lib/packed-guard.js', small(table(others.filter(isOfTheGuard))));
  write(folder, 'lib/packed-rest.js', small(table(others.filter((name) => !isOfTheGuard(name)))));
}

/** @returns {string[]} relative to lib/ */
function packedNames() {
  return fs
    .readdirSync(path.join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => name.endsWith('.js') && !FILES.test(name))
    .sort();
}

/**
 * @param {string} script
 * @returns {string[]} relative to lib/
 */
function loadedBy(script) {
  const print = 'console.log(JSON.stringify(Object.keys(require.cache)))';
  const output = execFileSync(process.execPath, ['-e', `${script} ${print}`], { cwd: ROOT, encoding: 'utf8' });
  const lib = path.join(ROOT, 'lib') + path.sep;
  return JSON.parse(output)
    .filter((/** @type {string} */ file) => file.startsWith(lib))
    .map((/** @type {string} */ file) => file.slice(lib.length).split(path.sep).join('/'));
}

/** @param {string} name */
function faceOf(name) {
  const code = withLoad(read(name), '').replaceAll(/\brequire\(('node:[^']*')\)/g, 'process.getBuiltinModule($1)');
  return code.replace(/^'use strict';\n/, `'use strict';\n\nconst load = require('./lib/packed.js');\n${PARTS}\n`);
}

/**
 * What is Node's own comes from the process: bundlers that do not know where `require` goes can follow the program all the
 * same, and to a test runner that maps `net` to this package, `net` is Node's here. In a bundle there are no files, and what
 * `require.cache` has at these paths is not ours.
 *
 * @param {string[]} first
 */
function packed(first) {
  return `'use strict';
    const loader = { exports: {} };
    const isFile = typeof __filename === 'string' && /[\\\\/]packed\\.js$/.test(__filename);
    const { getBuiltinModule } = process;
    const need = (request) =>
      getBuiltinModule(request) ??
      getBuiltinModule('node:module').createRequire(__filename)(request);
    (function (module, require) { ${read(path.relative(ROOT, LOADER))} })(loader, need);
    module.exports = loader.exports.makeLoad(isFile ? __dirname : '', isFile ? require.cache : {}, need, ${functions(first)});`;
}

/** @param {string[]} names */
function table(names) {
  return `'use strict';\nmodule.exports = ${functions(names)};`;
}

/** @param {string[]} names */
function functions(names) {
  const entries = names.map((name) => {
    const code = withLoad(read(`lib/${name}`), path.posix.dirname(name));
    return `${JSON.stringify(name)}: function (module, exports, load, __dirname, require) {\n${code}\n}`;
  });
  return `{\n${entries.join(',\n')}\n}`;
}

/**
 * @param {string} code
 * @param {string} folder where it is, relative to lib/; '' for the folder above
 * @returns {string} the same, with every `require()` of a packed file made a `load()`
 */
function withLoad(code, folder) {
  return code.replaceAll(/\brequire\('(\.[^']*)'\)/g, (_, request) => {
    const target = folder === '' ? request.replace('./lib/', './') : path.posix.join(folder, request);
    const name = `${path.posix.normalize(target)}.js`;
    if (!fs.existsSync(path.join(ROOT, 'lib', name))) throw new Error(`Nothing is at ${request}, seen from ${folder}`);
    return FILES.test(name) ? `require('./${name}')` : `load('${name}')`;
  });
}

/**
 * In short lines: of an error that nobody catches, Node prints the whole line that threw it.
 *
 * @param {string} code
 */
function small(code) {
  const lines = /** @type {const} */ ({ minifyWhitespace: true, lineLimit: 120, legalComments: 'none' });
  return transformSync(code, { ...lines, platform: 'node', target: 'node20' }).code;
}

/** @param {string} name */
function read(name) {
  return fs.readFileSync(path.join(ROOT, name), 'utf8');
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {string} text
 */
function write(folder, name, text) {
  fs.writeFileSync(path.join(folder, name), text);
}

if (require.main === module) {
  const [folder = path.join(ROOT, 'dist')] = parseArgs({ allowPositionals: true }).positionals;
  makeDist(path.resolve(folder));
}

module.exports = { makeDist };
