'use strict';

/** `npm run check`: everything that reads the code without running it. All of it runs; one failure fails the whole. */

const { makeReady, run } = require('./checkout');

/** @type {[string, string[]][]} */
const CHECKS = [
  ['cargo', ['fmt', '--check']],
  ['cargo', ['clippy', '--quiet', '--all-targets', '--', '-D', 'warnings']],
  ['npx', ['eslint', '.']],
  ['npx', ['prettier', '--check', '.']],
  ['npx', ['tsc', '--project', '.']],
  ['npx', ['tsc', '--project', '__test__/types']],
  ['npx', ['attw', '--pack', '.']],
  ['npx', ['publint', '--strict']],
  ['node', ['scripts/list-unsafe.js', '--check']],
];

/** The two that look at the package as it is published have npm pack it, which would build a second time. */
const env = { ...process.env, npm_config_ignore_scripts: 'true' };

makeReady({ quiet: true });
const failed = CHECKS.filter(([command, args]) => !run([command, ...args].join(' '), command, args, { env }));
for (const [command, args] of failed) console.error(`\nFailed: ${[command, ...args].join(' ')}`);
if (failed.length === 0) console.log('\nAll checks passed.');
process.exitCode = failed.length === 0 ? 0 : 1;
