'use strict';

/**
 * A process that runs out of descriptors (EMFILE): its server refuses connections instead of spinning or failing,
 * and serves again as soon as there are some; a socket that wants to connect gets the error. As with net, in the same run.
 */

const assert = require('node:assert/strict');
const { execFile, spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');
const process = require('node:process');
const readline = require('node:readline');
const { test } = require('node:test');
const { promisify } = require('node:util');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'out-of-descriptors.js');
const FIRST_SOCKET = path.join(__dirname, '..', 'fixtures', 'first-socket.js');
const DESCRIPTORS = 64;
const LIMITED = `ulimit -n ${DESCRIPTORS}; exec "$0" "$@"`;
const CLIENTS = 100;

for (const implementation of ['net', 'safe-socket']) {
  test(`${implementation}: a server out of descriptors refuses connections, idles, and recovers`, async (t) => {
    const { ask, port } = await startServer(t, implementation);

    const clients = Array.from({ length: CLIENTS }, () => net.connect(port, '127.0.0.1'));
    t.after(() => clients.forEach((client) => client.destroy()));
    const fates = await Promise.all(clients.map(fateOf));
    const served = fates.filter((fate) => fate === 'served').length;
    assert.ok(served > 0 && served < DESCRIPTORS, `${served} served`);
    assert.equal(fates.filter((fate) => fate === 'refused').length, CLIENTS - served);

    const { cpuShare, errors } = await ask('idle');
    assert.ok(cpuShare < 0.5, `the server used ${cpuShare.toFixed(2)} of a processor while nothing happened`);
    assert.deepEqual(errors, []);

    assert.equal((await ask('connect')).code, 'EMFILE');

    await ask('release');
    assert.equal(await fateOf(net.connect(port, '127.0.0.1')), 'served');
  });
}

test('the first socket and the first server of a process out of descriptors have the errors of net', async () => {
  const [reference, outcome] = await Promise.all(
    ['net', 'safe-socket'].map(async (implementation) => {
      const args = ['-c', LIMITED, process.execPath, FIRST_SOCKET, implementation];
      return JSON.parse((await promisify(execFile)('/bin/sh', args)).stdout);
    }),
  );
  assert.deepEqual(outcome, reference);
  assert.equal(reference[0].code, 'EMFILE');
});

/** @param {net.Socket} socket */
function fateOf(socket) {
  return new Promise((resolve) => {
    socket.once('data', () => resolve('served'));
    socket.once('error', () => resolve('refused'));
    socket.once('close', () => resolve('refused'));
  });
}

/**
 * @param {import('node:test').TestContext} t
 * @param {string} implementation
 */
async function startServer(t, implementation) {
  const child = spawn('/bin/sh', ['-c', LIMITED, process.execPath, FIXTURE, implementation], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill());
  const lines = readline.createInterface({ input: child.stdout });
  const ask = async (/** @type {string} */ command) => {
    const answer = once(lines, 'line');
    child.stdin.write(`${command}\n`);
    return JSON.parse((await answer)[0]);
  };
  const { port } = await ask('listen');
  return { ask, port };
}
