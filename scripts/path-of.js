'use strict';

/**
 * `node scripts/path-of.js [--check]`: which functions of ours does one message pass, and in which files?
 *
 * - a received byte: from libuv's callback through Rust (gdb on a debug build, every function of src/) to the `'data'`
 *   listener (V8's precise coverage), on the loop driver
 * - a refused write of a guarded socket, which is JavaScript alone
 *
 * With `--check`, fails if a path passes more functions or files than it may, or a function on it is too long. Anonymous
 * functions, closures among them, are listed and counted apart: they are steps of the function around them.
 */

const { execFileSync, spawnSync } = require('node:child_process');
const { copyFileSync, mkdtempSync, readFileSync, rmSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { parseArgs } = require('node:util');

const ROOT = path.join(__dirname, '..');
const PROGRAM = path.join(__dirname, 'lib', 'path-of-program.js');
const TRACE = path.join(__dirname, 'lib', 'path-of-trace.py');

/** What a path may pass. */
const BOUNDS = {
  'a received byte': { functions: 30, files: 12 },
  'a refused write of a guarded socket': { functions: 15, files: 7 },
};
const MAX_LINES = 60;

/**
 * @typedef {object} Step
 * @property {string} file relative to the root
 * @property {string} name
 * @property {boolean} isAnonymous
 * @property {number} lines
 */

/**
 * @param {'received' | 'refused'} what
 * @returns {Step[]}
 */
function inJavaScript(what) {
  const output = execFileSync(process.execPath, [PROGRAM, what], { encoding: 'utf8' });
  return JSON.parse(output);
}

/** @returns {Step[]} on the way of a received message; the addon is built with all its functions in place */
function inRust() {
  execFileSync('cargo', ['build', '--quiet'], { cwd: ROOT, stdio: 'inherit' });
  const folder = mkdtempSync(path.join(os.tmpdir(), 'safe-socket-'));
  try {
    const addon = path.join(folder, 'safe-socket.node');
    copyFileSync(path.join(ROOT, 'target', 'debug', 'libsafe_socket.so'), addon);
    const args = ['-batch', '-nx', '-x', TRACE, '--args', process.execPath, PROGRAM, 'traced'];
    const env = { ...process.env, NAPI_RS_NATIVE_LIBRARY_PATH: addon, SAFE_SOCKET_DRIVER: 'loop' };
    const { stdout, stderr } = spawnSync('gdb', args, { cwd: ROOT, env, encoding: 'utf8' });
    const found = stdout.split('\n').flatMap((line) => (line.startsWith('STEP ') ? [JSON.parse(line.slice(5))] : []));
    if (found.length === 0) throw new Error(`gdb has seen nothing:\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`);
    return found.map(({ file, line, name }) => ({
      file,
      name: shortName(name),
      isAnonymous: name.includes('{closure'),
      lines: linesOfRust(file, line),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param {string} name as the debugger has it
 * @returns {string} its last two parts
 */
function shortName(name) {
  return name.split('::').slice(-2).join('::');
}

/**
 * @param {string} file
 * @param {number} line where the function, or something in it, is
 * @returns {number} lines of the function, by the indentation that rustfmt gives it
 */
function linesOfRust(file, line) {
  const lines = readFileSync(path.join(ROOT, file), 'utf8').split('\n');
  const start = lines.findLastIndex(
    (text, index) => index < line && /^\s*(?:pub(?:\([^)]*\))? )?(?:unsafe |extern "C" |const )*fn /.test(text),
  );
  const indent = /^\s*/.exec(lines[start] ?? '')?.[0] ?? '';
  const end = lines.findIndex(
    (text, index) => index >= start && (text === `${indent}}` || (index === start && text.endsWith('}'))),
  );
  return end - start + 1;
}

/**
 * @param {keyof typeof BOUNDS} title
 * @param {Step[]} steps
 * @returns {string[]} what is wrong with it
 */
function report(title, steps) {
  const named = steps.filter(({ isAnonymous }) => !isAnonymous);
  const files = new Set(steps.map(({ file }) => file));
  const bound = BOUNDS[title];
  console.log(
    `\n${title}: ${named.length} functions (at most ${bound.functions}) and ${steps.length - named.length} anonymous ones in ${files.size} files (at most ${bound.files})`,
  );
  for (const { file, name, lines } of steps) console.log(`  ${file.padEnd(42)} ${name} (${lines})`);
  const long = steps.filter(({ lines }) => lines > MAX_LINES).map(({ name, lines }) => `${name} has ${lines} lines`);
  if (named.length > bound.functions) long.push(`${title} passes ${named.length} functions`);
  if (files.size > bound.files) long.push(`${title} passes ${files.size} files`);
  return long;
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const wrong = report('a refused write of a guarded socket', inJavaScript('refused'));
if (spawnSync('gdb', ['--version'], { stdio: 'ignore' }).status !== 0) {
  console.error('\n!!!!! NOT CHECKED, for want of gdb: the path of a received byte');
} else {
  wrong.push(...report('a received byte', [...inRust(), ...inJavaScript('received')]));
}
for (const line of wrong) console.error(`\nToo much: ${line}`);
if (values.check && wrong.length > 0) process.exitCode = 1;
