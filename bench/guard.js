'use strict';

/**
 * What the guard costs a write that it lets through, and the preload a start.
 *
 *     node bench/guard.js
 *
 * Each number is the best of several runs in a process of its own. The write underneath does nothing, so that the guard
 * is all there is to measure. Instructions over a whole echo, or over short connections, are counted by
 *
 *     valgrind --tool=cachegrind --cache-sim=no node bench/guard.js echo <plain|guard|register> <messages>
 *     valgrind --tool=cachegrind --cache-sim=no node bench/guard.js short <plain|guard|register> <connections>
 *
 * Take two numbers of messages, or of connections, and divide the difference.
 */

const { execFileSync } = require('node:child_process');
const net = require('node:net');
const { Duplex } = require('node:stream');

const WRITES = 2e7;
const COUNTED_WRITES = 5e4;
const RUNS = 8;
const MAX_NS = 15;
const MAX_START_MS = 5;

const WAYS = ['plain', 'guard', 'register'];

/**
 * @param {string} way
 * @returns {(socket: net.Socket) => net.Socket} guards a socket, where that is the way
 */
function prepare(way) {
  if (way === 'register') require('../register');
  return way === 'guard' ? require('../lib/safe-socket').safeSocket : (socket) => socket;
}

/**
 * @param {string} way
 */
function measureWrites(way) {
  const { write: writeOfDuplex } = Duplex.prototype;
  Duplex.prototype.write = function (chunk) {
    return chunk.length > 0;
  };
  const socket = prepare(way)(new net.Socket());
  const chunk = Buffer.from('hello');
  const write = (count) => {
    let accepted = 0;
    for (let index = 0; index < count; index += 1) if (socket.write(chunk)) accepted += 1;
    return accepted;
  };
  write(WRITES / 10);
  let best = Infinity;
  for (let run = 0; run < RUNS; run += 1) {
    const start = process.hrtime.bigint();
    write(WRITES);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / WRITES);
  }
  const sizes = Array.from({ length: RUNS }, () => bytesOf(write)).sort((one, other) => one - other);
  const bytes = Math.max(0, sizes[RUNS / 2]);
  // What prints is a Duplex as well.
  Duplex.prototype.write = writeOfDuplex;
  console.log(JSON.stringify({ ns: best, bytes }));
}

/**
 * So few writes that V8 collects nothing meanwhile, in most runs.
 *
 * @param {(count: number) => number} write
 * @returns {number} bytes allocated a write
 */
function bytesOf(write) {
  const before = process.memoryUsage().heapUsed;
  write(COUNTED_WRITES);
  return (process.memoryUsage().heapUsed - before) / COUNTED_WRITES;
}

function measureStart() {
  const start = process.hrtime.bigint();
  require('../register');
  const loaded = process.hrtime.bigint();
  void net.Socket.prototype.write;
  const used = process.hrtime.bigint();
  console.log(JSON.stringify({ loadMs: Number(loaded - start) / 1e6, firstUseMs: Number(used - loaded) / 1e6 }));
}

/**
 * @param {string} way
 * @param {number} messages of 64 bytes, there and back
 */
function echo(way, messages) {
  const guard = prepare(way);
  const server = net.createServer((socket) => guard(socket).on('data', (data) => socket.write(data)));
  server.listen(0, '127.0.0.1', () => {
    const client = guard(net.connect(/** @type {net.AddressInfo} */ (server.address()).port, '127.0.0.1'));
    const message = Buffer.alloc(64, 'x');
    let left = messages;
    client.on('connect', () => client.write(message));
    client.on('data', () => {
      left -= 1;
      if (left <= 0) process.exit();
      client.write(message);
    });
  });
}

/**
 * One connection after the other: connect, one message of 64 bytes there and back, close. The server's socket is guarded.
 *
 * @param {string} way
 * @param {number} connections
 */
function short(way, connections) {
  const guard = way === 'guard' ? require('../lib/safe-socket').safeSocket : prepare(way);
  const message = Buffer.alloc(64, 'x');
  const server = net.createServer((socket) => guard(socket).on('data', (data) => socket.write(data)));
  let left = connections;
  const next = () => {
    if (left === 0) process.exit();
    left -= 1;
    const client = net.connect(/** @type {net.AddressInfo} */ (server.address()).port, '127.0.0.1');
    client.on('connect', () => client.write(message));
    client.on('data', () => client.end());
    client.on('close', next);
  };
  server.listen(0, '127.0.0.1', next);
}

/**
 * @param {...string} args
 * @returns {any}
 */
function inProcess(...args) {
  return JSON.parse(execFileSync(process.execPath, [__filename, ...args], { encoding: 'utf8' }));
}

function main() {
  const results = Object.fromEntries(WAYS.map((way) => [way, inProcess('writes', way)]));
  console.log(`Node ${process.version}\n`);
  console.log('| | ns a write | more than plain | bytes allocated a write |\n|---|---|---|---|');
  for (const way of WAYS) {
    const { ns, bytes } = results[way];
    console.log(`| ${way} | ${ns.toFixed(2)} | ${(ns - results.plain.ns).toFixed(2)} | ${bytes.toFixed(3)} |`);
  }
  const starts = Array.from({ length: 15 }, () => inProcess('start'));
  const loadMs = Math.min(...starts.map((start) => start.loadMs));
  const firstUseMs = Math.min(...starts.map((start) => start.firstUseMs));
  console.log(`\nregister loads in ${loadMs.toFixed(2)} ms where net is loaded, the best of ${starts.length};`);
  console.log(`the first use of a socket makes the guard in ${firstUseMs.toFixed(2)} ms`);
  console.log(`bounds: ${MAX_NS} ns a write, ${MAX_START_MS} ms`);
  const isWithin = WAYS.every((way) => results[way].ns - results.plain.ns <= MAX_NS && results[way].bytes < 0.1);
  if (!isWithin || loadMs + firstUseMs > MAX_START_MS) process.exitCode = 1;
}

const [task, way, count] = process.argv.slice(2);
if (task === 'writes') measureWrites(way);
else if (task === 'start') measureStart();
else if (task === 'echo') echo(way, Number(count));
else if (task === 'short') short(way, Number(count));
else main();
