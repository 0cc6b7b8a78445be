'use strict';

/** Misuse of a socket that is connected, where nothing stands between the argument and the kernel. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const { describe, it } = require('node:test');
const { inspect } = require('node:util');

const safe = require('../..');

const VALUES = [
  null,
  true,
  42,
  NaN,
  10n,
  {},
  [],
  Symbol('s'),
  () => {},
  new Date(0),
  new ArrayBuffer(4),
  new SharedArrayBuffer(4),
  'buffer',
  'nonsense',
  'UTF-8',
];

/** @type {Record<string, (socket: any, value: any) => any>} */
const CALLS = {
  'write(value)': (socket, value) => socket.write(value),
  "write('x', value)": (socket, value) => socket.write('x', value),
  'write(buffer, value)': (socket, value) => socket.write(Buffer.from('x'), value),
  "second write('x', value)": (socket, value) => socket.write('first') && socket.write('x', value),
  'end(value)': (socket, value) => socket.end(value),
  "end('x', value)": (socket, value) => socket.end('x', value),
  'setDefaultEncoding(value)': (socket, value) => socket.setDefaultEncoding(value),
  'setEncoding(value)': (socket, value) => socket.setEncoding(value),
  'setTimeout(value)': (socket, value) => socket.setTimeout(value),
  'setTimeout(1e6, value)': (socket, value) => socket.setTimeout(1e6, value),
  'setNoDelay(value)': (socket, value) => socket.setNoDelay(value),
  'setKeepAlive(true, value)': (socket, value) => socket.setKeepAlive(true, value),
};

/**
 * @param {any} t
 * @param {any} implementation
 * @param {(socket: any) => any} call
 * @returns {Promise<string>} what it returned, or threw; and it closes as it would have without it
 */
async function outcomeOf(t, implementation, call) {
  const server = net.createServer((peer) => peer.on('error', () => {}).resume());
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = implementation.connect(server.address().port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  try {
    const result = call(socket);
    return `returns ${result === socket ? 'this' : String(result)}`;
  } catch (error) {
    return `throws ${error.name} ${error.code} ${error.message}`;
  } finally {
    const closed = once(socket, 'close', { signal: t.signal });
    socket.destroy();
    await closed;
  }
}

describe('misuse of a connected socket gives what net gives', () => {
  for (const [title, call] of Object.entries(CALLS)) {
    for (const value of VALUES) {
      it(`${title} with ${inspect(value)}`, async (t) => {
        const expected = await outcomeOf(t, net, (socket) => call(socket, value));
        assert.equal(await outcomeOf(t, safe, (socket) => call(socket, value)), expected);
      });
    }
  }
});
