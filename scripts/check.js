'use strict';

/** `npm run check`: everything that reads the code without running it. All of it runs; one failure fails the whole. */

const { spawnSync } = require('node:child_process');

const { makeReady, run } = require('./lib/checkout');

/** @type {[string, string[]][]} */
const CHECKS = [
  ['cargo', ['fmt', '--check']],
  ['cargo', ['clippy', '--quiet', '--all-targets', '--', '-D', 'warnings']],
  ['npx', ['eslint', '.']],
  ['npx', ['prettier', '--check', '.']],
  ['npx', ['tsc', '--project', '.']],
  ['npx', ['tsc', '--project', '__test__/types']],
  ['npx', ['attw', '--pack', '.']],
  ['npx', ['publint', '--strict', '.']],
  ['node', ['scripts/list-unsafe.js', '--check']],
  // Exports, files and dependencies that nobody uses, and code that stands twice.
  ['npx', ['knip']],
  ['npx', ['jscpd']],
];

/** The two that look at the package as it is published have npm pack it, which would build a second time. */
const env = { ...process.env, npm_config_ignore_scripts: 'true' };

/** Licences, sources and doubled versions; what is known of vulnerabilities needs the network, and is the workflow's part. */
const DEPENDENCIES = ['deny', '--offline', '--log-level', 'error', 'check', 'licenses', 'bans', 'sources'];

makeReady({ quiet: true });
if (spawnSync('cargo', ['deny', '--version'], { stdio: 'ignore' }).status === 0) CHECKS.push(['cargo', DEPENDENCIES]);
else console.log('Not checked, for want of cargo-deny: the licences and sources of the dependencies in Rust');
const failed = CHECKS.filter(([command, args]) => !run([command, ...args].join(' '), command, args, { env }));
for (const [command, args] of failed) console.error(`\nFailed: ${[command, ...args].join(' ')}`);
if (failed.length === 0) console.log('\nAll checks passed.');
process.exitCode = failed.length === 0 ? 0 : 1;
