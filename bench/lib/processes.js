'use strict';

/** The programs that a benchmark runs: the load generator, the servers, strace. */

const { spawn, execFileSync } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const readline = require('node:readline');

const TARGET_DIR = path.join(__dirname, '..', '..', 'target', 'bench');
const LOAD = path.join(TARGET_DIR, 'release', 'safe-socket-bench');
const SERVERS = path.join(__dirname, '..', 'servers');

/**
 * @typedef {object} Runtime a server to be measured
 * @property {string} label
 * @property {string} command
 * @property {string[]} args
 * @property {Record<string, string | undefined>} env
 * @property {boolean} isReference whether it is the tokio server
 * @property {string} [serve] a handler other than the workload's
 */

function buildLoadGenerator() {
  const manifest = path.join(__dirname, '..', 'load', 'Cargo.toml');
  const args = ['build', '--release', '--quiet', '--manifest-path', manifest, '--target-dir', TARGET_DIR];
  execFileSync('cargo', args, { stdio: 'inherit' });
}

/**
 * @param {string} file
 * @param {{ node: string, label: string, env?: Record<string, string> }} options
 * @returns {Runtime}
 */
function script(file, { node, label, env = {} }) {
  const base = { ...process.env, SAFE_SOCKET_DRIVER: undefined, SAFE_SOCKET_DIR: undefined };
  return { label, command: node, args: [path.join(SERVERS, file)], env: { ...base, ...env }, isReference: false };
}

/** @returns {Runtime} */
function reference() {
  return { label: 'tokio', command: LOAD, args: ['serve', '--workload'], env: { ...process.env }, isReference: true };
}

/**
 * @param {string} command
 * @param {Array<string | number>} args
 * @param {Record<string, string | undefined>} [env]
 */
function start(command, args, env = process.env) {
  const child = spawn(command, args.map(String), { stdio: ['pipe', 'pipe', 'inherit'], env });
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    /** @returns {Promise<any>} the next line of JSON */
    async report() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${command} ${args.join(' ')} ended without an answer`);
      return JSON.parse(value);
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/**
 * @param {Runtime} runtime
 * @param {string} workload
 * @param {string[]} [flags] of Node
 */
async function startServer(runtime, workload, flags = []) {
  const server = start(runtime.command, [...flags, ...runtime.args, workload], runtime.env);
  const { port } = await server.report();
  return { ...server, port };
}

/** @param {Array<string | number>} args */
function startLoad(args) {
  return start(LOAD, args);
}

/**
 * Counts the system calls of a process until it is told to stop.
 *
 * @param {number} pid
 * @returns {Promise<(() => Promise<Record<string, number>>) | null>} null where strace cannot run
 */
async function traceSystemCalls(pid) {
  const strace = spawn('strace', ['-c', '-f', '-p', String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  const attached = new Promise((resolve) => {
    strace.on('error', () => resolve(false));
    strace.on('exit', () => resolve(false));
    strace.stderr.on('data', (chunk) => {
      output += chunk;
      if (output.includes('attached')) resolve(true);
    });
  });
  // It ends by itself, too, when the process does.
  const ended = once(strace.stderr, 'close');
  if (!(await attached)) return null;
  return async () => {
    strace.kill('SIGINT');
    await ended;
    return Object.fromEntries(
      [...output.matchAll(/^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$/gm)]
        .filter(([, , name]) => name !== 'total')
        .map(([, calls, name]) => [name, Number(calls)]),
    );
  };
}

module.exports = { buildLoadGenerator, reference, script, start, startLoad, startServer, traceSystemCalls };
