'use strict';

/**
 * node clients.js MINUTES SEED CLIENTS: the clients of the chaos test, and the service, which is stopped by SIGSTOP now and
 * then. Sends its parent what was injected and what came of it.
 */

const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const process = require('node:process');

const { Client } = require('./client');
const { random } = require('./protocol');
const { SlowLoris } = require('./slow-loris');

const SERVICE = path.join(__dirname, 'service.js');
const SLOW_PEERS = 8;
const STOP_EVERY_MS = 700;
const STOPPED_MS = 60;
/** One stop in so many is long. */
const LONG_STOP_EVERY = 40;
const LONG_STOP_MS = 3000;
/** For the last answers. */
const GRACE_MS = 30_000;

main(...process.argv.slice(2).map(Number));

/**
 * @param {...number} options
 */
async function main(...[minutes, seed, count]) {
  const service = fork(SERVICE, [String(seed)]);
  const [{ port }] = await once(service, 'message');
  const clients = Array.from({ length: count }, (_, i) => new Client(port, random(seed + i + 1)));
  const slowPeers = Array.from({ length: SLOW_PEERS }, () => new SlowLoris(port));
  for (const peer of [...clients, ...slowPeers]) peer.start();

  let stops = 0;
  const stopping = setInterval(() => {
    stops += 1;
    service.kill('SIGSTOP');
    const isLong = stops % LONG_STOP_EVERY === 0;
    setTimeout(() => service.kill('SIGCONT'), isLong ? LONG_STOP_MS : STOPPED_MS);
  }, STOP_EVERY_MS);
  await new Promise((resolve) => setTimeout(resolve, minutes * 60_000));
  clearInterval(stopping);

  let late;
  const grace = new Promise((resolve) => (late = setTimeout(resolve, GRACE_MS)));
  await Promise.race([Promise.all(clients.map((client) => client.finish())), grace]);
  clearTimeout(late);
  const answer = once(service, 'message');
  service.send('report');
  const [{ injected }] = await answer;
  service.disconnect();
  await once(service, 'exit');
  const bytes = slowPeers.reduce((sum, peer) => sum + peer.bytes, 0);
  const report = summary(clients, {
    ...injected,
    'the service stopped by SIGSTOP': stops,
    [`bytes of ${SLOW_PEERS} peers that never end a request`]: bytes,
  });
  process.send?.(report, () => process.exit());
}

/**
 * @param {Client[]} clients
 * @param {Record<string, number>} injected
 */
function summary(clients, injected) {
  const total = { answered: 0, connections: 0, lost: 0, wrong: 0 };
  for (const client of clients) {
    for (const [name, count] of Object.entries(client.injected)) injected[name] = (injected[name] ?? 0) + count;
    total.answered += client.answered;
    total.connections += client.connections;
    total.lost += client.lost;
    total.wrong += client.wrong;
  }
  return { injected, ...total };
}
