'use strict';

/**
 * `npm run test:chaos [-- --minutes N --seed S --driver loop|thread --clients C --every E]`
 *
 * Random mishaps against a checksummed request/response service: resets, destroyed and half-closed connections, peers that
 * stop reading, stand still (SIGSTOP) or never end a request, on either side; and system calls that fail, one in E of each
 * kind. Prints the seed, what was injected, and what was lost, which must be nothing: every request has one right answer, over
 * one connection or the next. Each driver has N minutes.
 */

const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const process = require('node:process');
const { parseArgs } = require('node:util');

const { compile, skip } = require('../__test__/support/preloaded');

const CLIENTS = path.join(__dirname, '..', '__test__', 'long', 'chaos', 'clients.js');

const FAULTS = {
  FAULTY_SEND: 'short,eagain,enobufs,eintr',
  FAULTY_RECV: 'eintr',
  FAULTY_ACCEPT: 'econnaborted,enobufs,eproto,emfile',
  FAULTY_SOCKET: 'emfile,enfile,enobufs',
};

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    driver: { type: 'string', multiple: true, default: ['loop', 'thread'] },
    clients: { type: 'string', default: '16' },
    every: { type: 'string', default: '50' },
  },
});

main();

async function main() {
  const faultyCalls = skip ? undefined : await compile('faulty-calls');
  if (skip) process.stdout.write(`No system call fails: ${skip}\n`);
  try {
    for (const driver of values.driver) {
      if (!(await holds(driver, faultyCalls?.env))) process.exitCode = 1;
    }
  } finally {
    faultyCalls?.remove();
  }
}

/**
 * The driver is chosen when the package is loaded, and so are the calls that fail: hence processes.
 *
 * @param {string} driver
 * @param {{ LD_PRELOAD: string } | undefined} library
 * @returns {Promise<boolean>} whether nothing was lost
 */
async function holds(driver, library) {
  const { minutes, seed, clients, every } = values;
  process.stdout.write(`${driver} driver, seed ${seed}, ${Number(minutes) * 60} s\n`);
  const faults = library && { ...library, ...FAULTS, FAULTY_EVERY: every };
  const child = fork(CLIENTS, [minutes, seed, clients], {
    env: { ...process.env, ...faults, SAFE_SOCKET_DRIVER: driver },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let report;
  let stderr = '';
  child.on('message', (message) => (report = message));
  child.stderr?.on('data', (chunk) => (stderr += chunk));
  await once(child, 'close');
  const { lines, failedCalls } = countFailedCalls(stderr);
  process.stderr.write(lines);
  if (report === undefined) return false;
  const { injected, answered, connections, lost, wrong } = report;
  for (const [name, count] of Object.entries({ ...injected, ...failedCalls }))
    process.stdout.write(`  ${name}: ${count}\n`);
  process.stdout.write(
    `  ${answered} requests answered over ${connections} connections; ` +
      `lost: ${lost}; wrong, doubled or out of order: ${wrong}\n`,
  );
  return lost + wrong === 0 && answered > 0;
}

/**
 * Each process says at its end, in a line, which calls of it have failed.
 *
 * @param {string} stderr
 */
function countFailedCalls(stderr) {
  /** @type {Record<string, number>} */
  const failedCalls = {};
  const lines = stderr.split('\n').filter((line) => {
    if (!line.startsWith('{"sends"')) return line !== '';
    for (const [name, count] of Object.entries(JSON.parse(line))) {
      failedCalls[`failed ${name}`] = (failedCalls[`failed ${name}`] ?? 0) + count;
    }
    return false;
  });
  return { failedCalls, lines: lines.map((line) => `${line}\n`).join('') };
}
