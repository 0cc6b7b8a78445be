'use strict';

/**
 * `npm run test:soak [-- --connections N --messages M --sockets S --apart --rounds R
 *     --plant connection|descriptor|bytes|native]`
 *
 * Opens, uses and closes N connections; sends M messages over S connections; and looks R times at what the process holds.
 * With `--apart` the messages are echoed by another process, where both ends would need more descriptors than one may have.
 * Fails if that has grown from the rounds in the beginning to those in the end; the first is the warm-up.
 * `--plant` leaks something on purpose, and must fail.
 */

const { createSecretKey } = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs');
const process = require('node:process');
const { parseArgs } = require('node:util');

const { connections, startServer } = require('../__test__/long/soak/connections');
const { converse, exchange, startEcho, startEchoApart } = require('../__test__/long/soak/messages');
const { growth, resources } = require('../__test__/long/soak/resources');

/** A warm-up, a beginning and an end. */
const MIN_ROUNDS = 3;

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '1000000' },
    messages: { type: 'string', default: '20000000' },
    sockets: { type: 'string', default: '1000' },
    apart: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '10' },
    plant: { type: 'string' },
  },
});

/** @type {any[]} */
const leaked = [];
let seen = 0;

/** What is leaked, once in so many connections. @type {Record<string, { every: number, leak: (socket: any) => void }>} */
const PLANTS = {
  connection: { every: 2, leak: (socket) => leaked.push(socket) },
  descriptor: { every: 20, leak: () => leaked.push(fs.openSync(__filename)) },
  bytes: { every: 10, leak: () => leaked.push(Buffer.alloc(20_000, 1)) },
  // A key's memory is in no figure of V8's.
  native: { every: 10, leak: () => leaked.push(createSecretKey(Buffer.alloc(200_000, 1))) },
};

main();

async function main() {
  if (!(Number(values.rounds) >= MIN_ROUNDS)) throw new RangeError(`--rounds must be ${MIN_ROUNDS} or more`);
  const grown = [
    ...(await soakConnections(Number(values.connections), Number(values.rounds))),
    ...(await soakMessages(Number(values.messages), Number(values.rounds), Number(values.sockets))),
  ];
  for (const line of grown) process.stdout.write(`${line}\n`);
  process.exitCode = grown.length > 0 ? 1 : 0;
}

/** @param {any} socket */
function plant(socket) {
  if (values.plant === undefined) return;
  const { every, leak } = PLANTS[values.plant];
  seen += 1;
  if (seen % every === 0) leak(socket);
}

/**
 * @param {number} total
 * @param {number} rounds
 * @returns {Promise<string[]>}
 */
async function soakConnections(total, rounds) {
  if (total === 0) return [];
  const server = await startServer();
  const grown = await inRounds(`${total} connections`, rounds, async () => {
    await connections(server, Math.ceil(total / rounds), plant);
  });
  await close(server);
  return grown;
}

/**
 * @param {number} total
 * @param {number} rounds
 * @param {number} sockets
 * @returns {Promise<string[]>}
 */
async function soakMessages(total, rounds, sockets) {
  if (total === 0) return [];
  const echo = values.apart ? await startEchoApart() : await startEchoHere();
  const conversations = await converse(echo.port, sockets);
  const grown = await inRounds(`${total} messages over ${sockets} connections`, rounds, async () => {
    await exchange(conversations, Math.ceil(total / rounds));
  });
  const wrong = conversations.reduce((sum, conversation) => sum + conversation.wrong, 0);
  for (const { socket } of conversations) socket.destroy();
  await echo.close();
  return wrong > 0 ? [...grown, `${wrong} messages were not as they were sent`] : grown;
}

async function startEchoHere() {
  const server = await startEcho();
  return { port: server.address().port, close: () => close(server) };
}

/** @param {any} server */
async function close(server) {
  server.close();
  await once(server, 'close');
}

/**
 * @param {string} title
 * @param {number} rounds
 * @param {() => Promise<void>} run
 * @returns {Promise<string[]>} what has grown
 */
async function inRounds(title, rounds, run) {
  process.stdout.write(`${title}, in ${rounds} rounds\n`);
  const start = performance.now();
  const held = [];
  for (let round = 1; round <= rounds; round += 1) {
    await run();
    held.push(await resources());
    show(round, held[round - 1]);
  }
  process.stdout.write(`  ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  return growth(held).map((line) => `${title}: ${line}`);
}

/**
 * @param {number} round
 * @param {import('../__test__/long/soak/resources').Resources} held
 */
function show(round, { native, heap, external, descriptors, sockets, handles }) {
  const mib = (/** @type {number} */ bytes) => `${(bytes / (1 << 20)).toFixed(1)} MiB`;
  process.stdout.write(
    `  round ${round}: native ${mib(native)}, heap ${mib(heap)}, external ${mib(external)}, ` +
      `${descriptors} descriptors, ${sockets} sockets, ${handles} handles\n`,
  );
}
