'use strict';

/**
 * `npm run test:dist`: the JavaScript tests on the package as it is published, under the driver of this platform. What
 * npm would install stands in a folder of its own there, and the tests beside it.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { ROOT, makeReady, run } = require('./lib/checkout');
const { makeDist } = require('./dist');

/** What the tests have a use for besides. */
const BESIDE = ['__test__', 'bench', 'docs', 'examples', 'scripts', 'src', 'CONTRIBUTING.md', 'Cargo.toml'];

/** They are about the checkout: its documents, what is made of it, mutants of its files, long runs of it. */
const NOT_HERE = /^(?:package.(?:dist|docs|release)|native.shared-memory|long.(?:soak|chaos))\.test\.js$/;

makeReady({ quiet: true });
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-socket-dist-'));
try {
  makeDist(folder);
  for (const name of BESIDE) fs.cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  const files = fs
    .readdirSync(path.join(folder, '__test__'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js') && !NOT_HERE.test(file))
    .map((file) => path.join('__test__', file));
  const args = [path.join(folder, 'scripts', 'test.js'), '--no-build', '--driver', 'loop', ...files];
  if (!run('the package as it is published', process.execPath, args)) process.exitCode = 1;
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
