'use strict';

/**
 * What is measured. `serve` names the handler in servers/workloads.js, `load` is the command line of the load
 * generator, `per` says what the processor time is divided by, and `goal` is the least ratio to `net` that is wanted.
 *
 * @typedef {object} Workload
 * @property {string} name
 * @property {string} title
 * @property {string} serve
 * @property {Array<string | number>} load
 * @property {'message' | 'MiB'} per
 * @property {number} [goal]
 * @property {string} [reference] the workload of the tokio server, where it has one
 * @property {number} [messagesPerExchange] where one answer is several writes
 * @property {string} [corked] the handler of the yardstick that `net` runs in addition
 * @property {string} [family] the plot that it belongs to
 * @property {number} [x] its place there
 */

const WRITES_PER_REQUEST = 32;

/**
 * @param {string} name
 * @param {string} title
 * @param {number | undefined} goal
 * @param {{ connections: number, bytes: number, inFlight?: number, active?: number }} shape
 * @returns {Workload}
 */
function echo(name, title, goal, { connections, bytes, inFlight = 1, active }) {
  const load = ['exchange', '--connections', connections, '--request', bytes, '--response', bytes];
  load.push('--in-flight', inFlight);
  if (active !== undefined) load.push('--active', active);
  return { name, title, serve: 'echo', load, per: 'message', goal, reference: 'echo' };
}

/**
 * @param {string} kind
 * @param {string} what
 * @returns {Workload}
 */
function writes(kind, what) {
  return {
    name: `writes-${kind}`,
    title: `32 writes of 32 B per turn, ${what}, 8 connections`,
    serve: `writes-${kind}`,
    load: ['exchange', '--connections', 8, '--request', 32, '--response', 32 * WRITES_PER_REQUEST],
    per: 'message',
    messagesPerExchange: WRITES_PER_REQUEST,
    goal: 5,
    reference: 'writes',
    corked: 'writes-corked',
  };
}

/** @type {Workload[]} */
const workloads = [
  echo('echo-1', 'echo 64 B, 1 connection', 1, { connections: 1, bytes: 64 }),
  echo('echo-64', 'echo 64 B, 64 connections', 1.2, { connections: 64, bytes: 64 }),
  echo('echo-512', 'echo 64 B, 512 connections', 1.4, { connections: 512, bytes: 64 }),
  echo('echo-64x8', 'echo 64 B, 64 connections, 8 in flight', 1.1, { connections: 64, bytes: 64, inFlight: 8 }),
  echo('echo-16k', 'echo 16 KiB, 16 connections', 1.5, { connections: 16, bytes: 16_384 }),
  echo('echo-64k', 'echo 64 KiB, 4 connections, 4 in flight', 2.5, { connections: 4, bytes: 65_536, inFlight: 4 }),
  writes('buffer', 'Buffers'),
  writes('latin1', 'Latin-1 strings'),
  writes('utf8', 'UTF-8 strings'),
  {
    name: 'source',
    title: 'one source streaming 64 KiB chunks to 4 readers',
    serve: 'source',
    load: ['drain', '--connections', 4],
    per: 'MiB',
    goal: 1.2,
    reference: 'source',
  },
  {
    name: 'sink',
    title: 'receiving a stream, 4 connections',
    serve: 'sink',
    load: ['flood', '--connections', 4],
    per: 'MiB',
    goal: 1.5,
    reference: 'sink',
  },
  {
    name: 'sink-live',
    title: 'the same, in a program that holds a million objects',
    serve: 'sink-live',
    load: ['flood', '--connections', 4],
    per: 'MiB',
  },
  {
    name: 'connect-server',
    title: 'connect, one message, close; 32 at a time, server side',
    serve: 'echo',
    load: ['churn', '--connections', 32],
    per: 'message',
    goal: 1,
    reference: 'echo',
  },
  {
    name: 'connect-client',
    title: 'connect, one message, close; 32 at a time, client side',
    serve: 'connect-client',
    load: ['answer'],
    per: 'message',
    goal: 1,
  },
  {
    name: 'http',
    title: 'http.createServer, small responses, keep-alive, 64 connections',
    serve: 'http',
    load: ['exchange', '--connections', 64, '--http', '/'],
    per: 'message',
    goal: 0.9,
  },
];

/** How cost grows. Not more than 64 messages are under way, whatever the number of connections. */
const growth = [
  ...[1, 10, 100, 1_000, 10_000].map((connections) => ({
    ...echo(`connections-${connections}`, `echo 64 B, ${connections} connections, at most 64 under way`, undefined, {
      connections,
      bytes: 64,
      active: Math.min(connections, 64),
    }),
    family: 'connections',
    x: connections,
  })),
  ...[16, 256, 4_096, 16_384, 65_536, 262_144, 1_048_576].map((bytes) => ({
    ...echo(`bytes-${bytes}`, `echo ${bytes} B, 16 connections`, undefined, { connections: 16, bytes }),
    family: 'bytes',
    x: bytes,
  })),
];

module.exports = { growth, workloads };
