'use strict';

/**
 * `npm run bench`: our sockets against Node's, on this machine, now.
 *
 *     npm run bench -- --quick
 *     npm run bench -- --workload echo-64 --workload sink --node /path/to/node
 */

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { measure, measureMemory, measureRequire } = require('./lib/measure');
const { buildLoadGenerator, reference, script } = require('./lib/processes');
const { memoryTable, requireTable, workloadTable } = require('./lib/report');
const { growth, workloads } = require('./lib/workloads');

const ROOT = path.join(__dirname, '..');
const REQUIRE_ROUNDS = 15;
const MEMORY_ROUNDS = 3;

const HELP = `Usage: npm run bench -- [options]

  --workload NAME   measure only this one (may be repeated): ${workloads.map(({ name }) => name).join(', ')},
                    memory, require, growth, or the start of a name
  --server NAME     only this server (may be repeated; net is always there): loop, thread, guarded, bun, tokio
  --rounds N        rounds in which the servers take turns (9)
  --processes N     processes of each server that share the rounds (3)
  --measure-ms N    length of one measurement (1000)
  --quick           3 rounds of 300 ms, one process each, net and loop only, no strace
  --node BIN        the Node.js to measure on (this one)
  --bun BIN         the Bun to compare with ("bun", if it is there)
  --against DIR     another checkout of this package, built, to compare with
  --no-build        take the addon and the load generator as they are
  --no-strace       count no system calls
  --json FILE       write the results there, too`;

const { values: options } = parseArgs({
  options: {
    workload: { type: 'string', multiple: true },
    server: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    processes: { type: 'string' },
    'measure-ms': { type: 'string' },
    quick: { type: 'boolean', default: false },
    node: { type: 'string', default: process.execPath },
    bun: { type: 'string', default: 'bun' },
    against: { type: 'string' },
    build: { type: 'boolean', default: true },
    strace: { type: 'boolean', default: true },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
  allowNegative: true,
});

/**
 * @param {string} command
 * @returns {string | null} its version
 */
function versionOf(command) {
  try {
    return execFileSync(command, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

/** @returns {import('./lib/processes').Runtime[]} */
function runtimes() {
  const { node, bun, against } = options;
  const servers = {
    loop: script('safe-socket.js', { node, label: 'safe-socket' }),
    thread: script('safe-socket.js', { node, label: 'safe-socket, thread', env: { SAFE_SOCKET_DRIVER: 'thread' } }),
    guarded: script('guarded-net.js', { node, label: 'net, guarded' }),
    ...(versionOf(bun) === null ? {} : { bun: script('net.js', { node: bun, label: 'net of Bun' }) }),
    tokio: reference(),
  };
  const wanted = options.server ?? (options.quick ? ['loop'] : Object.keys(servers));
  const chosen = Object.entries(servers).filter(([name]) => wanted.includes(name));
  const env = { SAFE_SOCKET_DIR: path.resolve(against ?? '.') };
  const other = against === undefined ? [] : [script('safe-socket.js', { node, label: 'safe-socket, other', env })];
  return [script('net.js', { node, label: 'net' }), ...chosen.map(([, runtime]) => runtime), ...other];
}

/** The options without the paths of this machine, which say nothing elsewhere. */
function commandLine() {
  return process.argv
    .slice(2)
    .map((word) => (path.isAbsolute(word) ? path.basename(word) : word))
    .join(' ');
}

function machine() {
  const bun = versionOf(options.bun);
  return {
    date: new Date().toISOString().slice(0, 10),
    command: `npm run bench -- ${commandLine()}`,
    node: versionOf(options.node),
    bun,
    processor: `${os.cpus().length} × ${os.cpus()[0].model}`,
    system: `${os.type()} ${os.release()}`,
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim(),
  };
}

/** @param {string} name */
function isWanted(name) {
  const names = workloads.map((workload) => workload.name);
  if (options.workload === undefined) return true;
  return options.workload.some((wanted) => (names.includes(wanted) ? name === wanted : name.startsWith(wanted)));
}

async function main() {
  if (options.help) {
    console.log(HELP);
    return;
  }
  if (options.build) {
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
    buildLoadGenerator();
  }
  const { quick } = options;
  const settings = {
    rounds: Number(options.rounds ?? (quick ? 3 : 9)),
    processes: Number(options.processes ?? (quick ? 1 : 3)),
    measureMs: Number(options['measure-ms'] ?? (quick ? 300 : 1000)),
    warmupMs: quick ? 300 : 800,
    systemCalls: options.strace && !quick,
  };
  const servers = runtimes();
  /** @type {any} */
  const results = { ...machine(), ...settings, workloads: {} };

  const grows = options.workload?.some((name) => name === 'growth') ? growth : [];
  for (const workload of [...workloads.filter(({ name }) => isWanted(name)), ...grows]) {
    const all = [...servers];
    if (workload.corked) all.push({ ...servers[0], label: 'net, corked by hand', serve: workload.corked });
    const measured = await measure(workload, all, settings);
    results.workloads[workload.name] = { ...workload, results: measured };
    console.log(workloadTable(workload, measured));
  }
  if (isWanted('memory')) {
    const scripts = servers.filter(({ label, isReference }) => !isReference && label !== 'net of Bun');
    results.memory = await measureMemory(scripts, { rounds: MEMORY_ROUNDS, connections: 10_000 });
    console.log(memoryTable(results.memory));
  }
  if (isWanted('require')) {
    results.require = await measureRequire(options.node, { net: 'node:net', 'safe-socket': ROOT }, REQUIRE_ROUNDS);
    console.log(requireTable(results.require));
  }
  if (options.json !== undefined) fs.writeFileSync(options.json, `${JSON.stringify(results, null, 1)}\n`);
}

main();
