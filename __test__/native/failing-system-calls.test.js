'use strict';

/**
 * System calls that fail now and then: short sends, EAGAIN, ENOBUFS and EINTR, and accept(2) with ECONNABORTED, ENOBUFS,
 * EPROTO and EMFILE. No byte is lost, doubled or out of order, no server is deaf afterwards, and nothing spins.
 *
 * A small library, compiled here and loaded by LD_PRELOAD, lets every third call fail.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { after, before, test } = require('node:test');
const { promisify } = require('node:util');

const { compile, skip } = require('../support/preloaded');

const run = promisify(execFile);
const FIXTURES = path.join(__dirname, '..', 'fixtures');

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

/** @type {import('../support/preloaded').Preloaded} */
let faultyCalls;

before(async () => {
  if (!skip) faultyCalls = await compile('faulty-calls');
});
after(() => faultyCalls?.remove());

for (const { name, env, counter, losesConnections = false } of FAULTS) {
  test(`${name}: every byte arrives, in order, and the server goes on`, { skip, timeout: 150_000 }, async () => {
    const { stdout, stderr } = await run(process.execPath, [path.join(FIXTURES, 'faulty-service.js'), 'safe-socket'], {
      env: { ...process.env, ...env, ...faultyCalls.env },
      timeout: 150_000,
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

test(
  'a thread that cannot be had is an error of the socket, leaves no descriptor, and is had the next time',
  { skip, timeout: 150_000 },
  async () => {
    const { stdout } = await run(process.execPath, [path.join(FIXTURES, 'no-thread.js')], {
      env: { ...process.env, ...faultyCalls.env, SAFE_SOCKET_DRIVER: 'thread' },
      timeout: 150_000,
    });
    const { codes, before: first, after: last, echoed } = JSON.parse(stdout);
    assert.deepEqual(codes, ['EAGAIN']);
    assert.equal(last, first, 'descriptors');
    assert.equal(echoed, 'hello');
  },
);
