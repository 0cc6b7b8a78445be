'use strict';

/** A tick may write to any number of sockets: what is gathered for all of them together has a bound. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const process = require('node:process');
const { test } = require('node:test');
const v8 = require('node:v8');
const vm = require('node:vm');

const net = require('../..');

const SOCKETS = 1000;
const MESSAGES = 8;
/** More than a batch has room for in the beginning. */
const MESSAGE_BYTES = 3000;
v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');

/** 80 buffers of 64 KiB at most, and small ones; without a bound it would be 64 MB. */
const BOUND = 16_000_000;

const ORDERS = {
  'one socket after the other': (/** @type {Writer[]} */ writers) => {
    for (const { write } of writers) for (let i = 0; i < MESSAGES; i += 1) write();
  },
  'one message after the other, the sockets in turn': (/** @type {Writer[]} */ writers) => {
    for (let i = 0; i < MESSAGES; i += 1) for (const { write } of writers) write();
  },
};

/** @typedef {{ socket: any, write: () => void, sent: Buffer[] }} Writer */

for (const [order, writeAll] of Object.entries(ORDERS)) {
  test(`no more than a few megabytes are gathered in a tick: ${order}`, { timeout: 100_000 }, async (t) => {
    const server = net.createServer({ allowHalfOpen: true });
    server.listen({ port: 0, host: '127.0.0.1', backlog: SOCKETS });
    t.after(() => server.close());
    await once(server, 'listening');
    const received = texts(server);
    const writers = await Promise.all(Array.from({ length: SOCKETS }, (_, id) => writerTo(server, id)));

    const before = arrayBuffers();
    writeAll(writers);
    const gathered = arrayBuffers() - before - heldBy(writers);
    for (const { socket } of writers) socket.end();
    const heard = await received;
    assert.equal(heard.length, SOCKETS);
    assert.deepEqual(new Set(heard), new Set(writers.map(({ sent }) => Buffer.concat(sent).toString('latin1'))));
    assert.ok(gathered < BOUND, `${gathered} bytes were gathered`);
  });
}

function arrayBuffers() {
  // What the first finds is given back beside the program, and at the latest before the second.
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

/** @param {Writer[]} writers @returns {number} bytes of the messages themselves */
function heldBy(writers) {
  return writers.reduce((sum, { sent }) => sum + sent.reduce((bytes, chunk) => bytes + chunk.length, 0), 0);
}

/**
 * @param {any} server
 * @param {number} id
 * @returns {Promise<Writer>}
 */
async function writerTo(server, id) {
  const socket = net.connect(server.address().port, '127.0.0.1');
  socket.resume();
  await once(socket, 'connect');
  /** @type {Buffer[]} */
  const sent = [];
  const write = () => {
    // Of no pool, so that its size is known.
    const message = Buffer.allocUnsafeSlow(MESSAGE_BYTES).fill(`${id}:${sent.length};`);
    sent.push(message);
    socket.write(message);
  };
  return { socket, write, sent };
}

/**
 * @param {any} server
 * @returns {Promise<string[]>} what each of its connections said
 */
function texts(server) {
  /** @type {string[]} */
  const all = [];
  return new Promise((resolve) => {
    server.on('connection', (/** @type {any} */ socket) => {
      let text = '';
      socket.setEncoding('latin1');
      socket.on('data', (/** @type {string} */ chunk) => (text += chunk));
      socket.on('end', () => {
        socket.end();
        all.push(text);
        if (all.length === SOCKETS) resolve(all);
      });
    });
  });
}
