'use strict';

/**
 * `npm run test:dist`: packs the package, installs it into an empty folder without the network, and runs there what
 * is about packaging: bundles, its parts by `require()`, by `import` and as a preload, programs in one file, and workers.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { ROOT, makeReady, run } = require('./lib/checkout');
const { installPacked } = require('./lib/install-packed');

/** They pack and install the package themselves. */
const OF_THE_CHECKOUT = ['package/bundlers', 'package/release'];

/** They ask for the package that they are in. */
const OF_THE_PACKAGE = [
  'guard/register',
  'http/listening',
  'native/loaded-twice',
  'native/workers',
  'package/package',
  'package/packaged',
  'promises/connect',
  'promises/listen',
];

/** What the tests have a use for besides. */
const BESIDE = ['__test__', 'Cargo.toml'];

async function main() {
  makeReady({ quiet: true });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-socket-dist-'));
  try {
    const project = path.join(folder, 'project');
    fs.mkdirSync(project);
    await installPacked(project);
    const installed = path.join(project, 'node_modules', 'safe-socket');
    for (const name of BESIDE) fs.cpSync(path.join(ROOT, name), path.join(installed, name), { recursive: true });
    // What the tests use is above the project, where the package would not find its own binary.
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
    const files = [
      ...OF_THE_CHECKOUT.map((name) => testFile(ROOT, name)),
      ...OF_THE_PACKAGE.map((name) => testFile(installed, name)),
    ];
    const args = ['--test', '--test-reporter=spec', '--test-concurrency=2', ...files];
    if (!run('the package as it is published', process.execPath, args)) process.exitCode = 1;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {string} name
 */
function testFile(folder, name) {
  return path.join(folder, '__test__', `${name}.test.js`);
}

main();
