'use strict';

/**
 * System calls that fail now and then: short sends, EAGAIN, ENOBUFS and EINTR, and accept(2) with ECONNABORTED, ENOBUFS,
 * EPROTO and EMFILE. No byte is lost, doubled or out of order, no server is deaf afterwards, and nothing spins.
 *
 * A small library, compiled here and loaded by LD_PRELOAD, lets every third call fail.
 */

const assert = require('node:assert/strict');
const { execFile, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { after, before, test } = require('node:test');
const { promisify } = require('node:util');

const run = promisify(execFile);
const FIXTURES = path.join(__dirname, 'fixtures');

const COMPILER = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);
const skip =
  process.platform !== 'linux'
    ? 'LD_PRELOAD as it is used here is of Linux'
    : COMPILER === undefined && 'there is no C compiler (cc, gcc or clang) to make the failing calls with';

/** Which calls fail, and whether the kernel has thrown connections away when they do. */
const FAULTS = [
  { name: 'short sends, EINTR and EAGAIN', env: { FAULTY_SEND: 'short,eintr,eagain' }, counter: 'sends' },
  { name: 'sends that find no buffers (ENOBUFS)', env: { FAULTY_SEND: 'enobufs' }, counter: 'sends' },
  { name: 'interrupted reads (EINTR)', env: { FAULTY_RECV: 'eintr' }, counter: 'receives' },
  { name: 'accept: ENOBUFS', env: { FAULTY_ACCEPT: 'enobufs' }, counter: 'accepts' },
  { name: 'accept: ECONNABORTED', env: { FAULTY_ACCEPT: 'econnaborted' }, counter: 'accepts', losesConnections: true },
  { name: 'accept: EPROTO', env: { FAULTY_ACCEPT: 'eproto' }, counter: 'accepts', losesConnections: true },
  { name: 'accept: EMFILE', env: { FAULTY_ACCEPT: 'emfile' }, counter: 'accepts', losesConnections: true },
];

/** What a connection may come to that was thrown away by the kernel. */
const LOST = ['cut off', 'ECONNRESET', 'EPIPE'];

const IDLE_CPU_MS = 150;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'faulty-calls-'));
const library = path.join(folder, 'faulty-calls.so');

before(async () => {
  if (skip) return;
  const source = path.join(FIXTURES, 'faulty-calls.c');
  await run(/** @type {string} */ (COMPILER), ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']);
});
after(() => fs.rmSync(folder, { recursive: true }));

for (const { name, env, counter, losesConnections = false } of FAULTS) {
  test(`${name}: every byte arrives, in order, and the server goes on`, { skip, timeout: 60_000 }, async () => {
    const { stdout, stderr } = await run(process.execPath, [path.join(FIXTURES, 'faulty-service.js'), 'safe-socket'], {
      env: { ...process.env, ...env, LD_PRELOAD: library },
      timeout: 50_000,
    });
    const { results, again, serverErrors, idleCpuMs } = JSON.parse(stdout);
    const injected = JSON.parse(stderr.trim().split('\n').at(-1) ?? '');
    assert.ok(injected[counter] >= 3, `only ${injected[counter]} calls failed`);
    assert.deepEqual(serverErrors, []);
    assert.ok(idleCpuMs < IDLE_CPU_MS, `${idleCpuMs} ms of processor time while nothing happened`);
    const fates = [...results, ...again];
    const spoilt = fates.filter((fate) => fate !== 'whole' && !(losesConnections && LOST.includes(fate)));
    assert.deepEqual(spoilt, []);
    assert.ok(again.includes('whole'), `afterwards: ${again}`);
  });
}
