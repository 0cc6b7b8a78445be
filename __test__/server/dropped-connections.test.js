'use strict';

/**
 * Connections beyond `maxConnections`, with and without `dropMaxConnection`: outside of cluster and, with it, in a worker
 * they are those of `net` in the same run. Without it a worker differs: a row of docs/compatibility.md.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const safe = require('../..');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'dropped-connections.js');
/** Older versions have no `dropMaxConnection`. */
const KNOWS_DROP = Number.parseInt(process.versions.node) >= 22;
const run = promisify(execFile);

for (const maxConnections of [undefined, 0, 1, 2]) {
  for (const dropMaxConnection of [undefined, false, true]) {
    for (const transport of ['tcp', 'unix']) {
      const title = `maxConnections ${maxConnections} and dropMaxConnection ${dropMaxConnection} over ${transport}`;
      test(`drops as net does with ${title}`, async (t) => {
        const limits = { maxConnections, dropMaxConnection };
        const expected = await connectThrice(t, net, transport, limits);
        assert.deepEqual(await connectThrice(t, safe, transport, limits), expected);
      });
    }
  }
}

test('a cluster worker with dropMaxConnection drops as with net', { skip: !KNOWS_DROP }, async () => {
  const expected = await inWorker('net', true);
  assert.deepEqual(expected, { dropped: ['127.0.0.1', 'IPv4', 'number'], answers: ['served', 'closed'] });
  assert.deepEqual(await inWorker('package', true), expected);
});

test('a cluster worker without dropMaxConnection drops too, where net asks another worker', async () => {
  assert.deepEqual(await inWorker('net', false), { dropped: null, answers: ['served', 'served'] });
  const { dropped, answers } = await inWorker('package', false);
  assert.deepEqual(dropped, ['127.0.0.1', 'IPv4', 'number']);
  assert.deepEqual(answers, ['served', 'closed']);
});

/**
 * @param {any} t
 * @param {typeof net} implementation
 * @param {string} transport
 * @param {{ maxConnections?: number, dropMaxConnection?: boolean }} limits
 */
async function connectThrice(t, implementation, transport, limits) {
  const server = implementation.createServer();
  t.after(() => server.close());
  for (const [name, value] of Object.entries(limits)) if (value !== undefined) server[name] = value;
  server.listen(transport === 'unix' ? freshPath(t) : { port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const address = /** @type {any} */ (server.address());
  const outcomes = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const socket = net.connect(transport === 'unix' ? { path: address } : address);
    const closed = new Promise((resolve) =>
      socket
        .on('error', () => {})
        .resume()
        .once('close', resolve),
    );
    t.after(() => socket.destroy());
    const outcome = await Promise.race([
      once(server, 'connection').then(([accepted]) => (t.after(() => accepted.destroy()), 'connection')),
      once(server, 'drop').then(([data]) => ['drop', data && describe(data, address.port)]),
    ]);
    if (outcome !== 'connection') await closed;
    outcomes.push(outcome);
  }
  const counted = await promisify(server.getConnections).call(server);
  return { outcomes, counted, keys: Object.keys(server).filter((key) => key in limits) };
}

/** Ports differ from run to run: what counts is whose they are. */
function describe(data, port) {
  return {
    ...data,
    prototype: Object.getPrototypeOf(data),
    localPort: data.localPort === port,
    remotePort: typeof data.remotePort,
  };
}

function freshPath(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-socket-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  return { path: path.join(folder, 'socket') };
}

async function inWorker(implementation, drops) {
  const { stdout } = await run(process.execPath, [FIXTURE, implementation, String(drops)], { timeout: 150_000 });
  return JSON.parse(stdout);
}
