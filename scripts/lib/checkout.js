'use strict';

/** What a checkout needs before anything else can run: its dependencies, and the addon built from its sources. */

const { spawnSync } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..', '..');

/** Programs that are command files on Windows. */
const NEEDS_SHELL = process.platform === 'win32' ? ['npm', 'npx'] : [];

/**
 * @typedef {object} StepOptions
 * @property {boolean} [quiet] show the output only if the step fails, else its title
 * @property {NodeJS.ProcessEnv} [env]
 */

/**
 * Installs and builds, whatever of it is still to be done; cargo knows what is. Ends the process where that fails.
 *
 * @param {StepOptions} [options]
 */
function makeReady(options) {
  // Without scripts: the install would build the addon a first time.
  if (!isInstalled()) demand('npm ci', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], options);
  demandCargo();
  demand('npm run build', 'npm', ['run', 'build'], options);
}

/** @returns {boolean} whether node_modules holds what package-lock.json asks for */
function isInstalled() {
  const installed = packagesOf('node_modules/.package-lock.json');
  return Object.entries(packagesOf('package-lock.json')).every(([folder, { version, optional }]) => {
    if (folder === '') return true;
    return installed[folder] === undefined ? optional === true : installed[folder].version === version;
  });
}

/**
 * @param {string} lockFile
 * @returns {Record<string, { version?: string, optional?: boolean }>} by folder; empty where there is no such file
 */
function packagesOf(lockFile) {
  const file = path.join(ROOT, lockFile);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}

/** @returns {boolean} */
function hasCargo() {
  return spawnSync('cargo', ['--version'], { stdio: 'ignore' }).status === 0;
}

function demandCargo() {
  if (!hasCargo())
    fail('The addon is built with Rust, and there is no "cargo" on the PATH. Install it from rustup.rs.');
}

/**
 * @param {string} title
 * @param {string} command
 * @param {string[]} args
 * @param {StepOptions} [options]
 * @returns {boolean} whether it succeeded
 */
function run(title, command, args, { quiet = false, env = process.env } = {}) {
  const heading = `\n=== ${title} ===\n`;
  console.log(quiet ? `${title} …` : heading);
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: ROOT,
    env,
    encoding: 'utf8',
    maxBuffer: Infinity,
    shell: NEEDS_SHELL.includes(command),
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
  });
  if (error !== undefined) console.error(`"${command}" cannot be run: ${error.message}`);
  else if (quiet && status !== 0) console.error(`${heading}\n${stdout}${stderr}`);
  return status === 0;
}

/**
 * As `run`, and ends the process where that fails.
 *
 * @param {Parameters<typeof run>} step
 */
function demand(...step) {
  if (!run(...step)) fail(`Failed: ${step[0]}`);
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(`\n${message}`);
  process.exit(1);
}

module.exports = { ROOT, demand, fail, hasCargo, makeReady, run };
