'use strict';

/**
 * `npm run test:chaos [-- --minutes N --seed S --driver loop|thread --clients C]`
 *
 * Random mishaps against a checksummed request/response service: resets, destroyed and half-closed connections, peers that
 * stop reading or stand still (SIGSTOP), on either side. Prints the seed, what was injected, and what was lost, which must
 * be nothing: every request has one right answer, over one connection or the next. Each driver has half of the time.
 */

const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const process = require('node:process');
const { parseArgs } = require('node:util');

const { random } = require('../__test__/chaos/protocol');

const SERVICE = path.join(__dirname, '..', '__test__', 'chaos', 'service.js');
const STOP_EVERY_MS = 700;
const STOPPED_MS = 60;
/** For the last answers. */
const GRACE_MS = 20_000;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    driver: { type: 'string' },
    clients: { type: 'string', default: '16' },
  },
});

if (values.driver === undefined) everyDriver();
else one(values.driver);

/** The driver is chosen when the package is loaded: so each has a process of its own. */
async function everyDriver() {
  const minutes = String(Number(values.minutes) / 2);
  for (const driver of ['loop', 'thread']) {
    const options = ['--minutes', minutes, '--seed', values.seed, '--driver', driver, '--clients', values.clients];
    const child = fork(__filename, options, { env: { ...process.env, SAFE_SOCKET_DRIVER: driver } });
    const [code] = await once(child, 'close');
    if (code !== 0) process.exitCode = 1;
  }
}

/** @param {string} driver */
async function one(driver) {
  const { Client } = require('../__test__/chaos/client');
  const seed = Number(values.seed);
  process.stdout.write(`${driver} driver, seed ${seed}, ${Number(values.minutes) * 60} s\n`);
  const service = fork(SERVICE, [String(seed)]);
  const [{ port }] = await once(service, 'message');
  const clients = Array.from({ length: Number(values.clients) }, (_, i) => new Client(port, random(seed + i + 1)));
  for (const client of clients) client.start();

  let stops = 0;
  const stopping = setInterval(() => {
    stops += 1;
    service.kill('SIGSTOP');
    setTimeout(() => service.kill('SIGCONT'), STOPPED_MS);
  }, STOP_EVERY_MS);
  await new Promise((resolve) => setTimeout(resolve, Number(values.minutes) * 60_000));
  clearInterval(stopping);

  const late = new Promise((resolve) => setTimeout(resolve, GRACE_MS));
  await Promise.race([Promise.all(clients.map((client) => client.finish())), late]);
  const answer = once(service, 'message');
  service.send('report');
  const [{ injected }] = await answer;
  service.kill();
  report(clients, { ...injected, 'the service stopped by SIGSTOP': stops });
}

/**
 * @param {Array<{ answered: number, wrong: number, lost: number, connections: number, injected: Record<string, number> }>} clients
 * @param {Record<string, number>} injected
 */
function report(clients, injected) {
  for (const client of clients) {
    for (const [name, count] of Object.entries(client.injected)) injected[name] = (injected[name] ?? 0) + count;
  }
  const sum = (/** @type {'answered' | 'wrong' | 'lost' | 'connections'} */ name) =>
    clients.reduce((total, client) => total + client[name], 0);
  for (const [name, count] of Object.entries(injected)) process.stdout.write(`  ${name}: ${count}\n`);
  process.stdout.write(
    `  ${sum('answered')} requests answered over ${sum('connections')} connections; ` +
      `lost: ${sum('lost')}; wrong, doubled or out of order: ${sum('wrong')}\n`,
  );
  process.exit(sum('lost') + sum('wrong') === 0 && sum('answered') > 0 ? 0 : 1);
}
