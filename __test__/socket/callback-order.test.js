'use strict';

/** What comes first: callbacks of writes and of `end()`, `'drain'`, `'prefinish'`, `'finish'`, and other ticks. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const { describe, it } = require('node:test');

const safe = require('../..');

/** More than the kernel takes at once. */
const FLOOD = 16 << 20;

/** As `net.Socket` emits them; `'close'` ends a conversation. */
const EVENTS = ['connect', 'drain', 'prefinish', 'finish', 'error', 'close'];

/**
 * Each does something with a socket in one go, and notes what it likes.
 *
 * @type {Record<string, { options?: any, when: 'connecting' | 'connected', act: (socket: any, note: (text: string) => () => void) => void }>}
 */
const CONVERSATIONS = {
  "'drain' before the callback of a write that a corked batch follows": {
    options: { highWaterMark: 100 },
    when: 'connected',
    act(socket, note) {
      socket.write('a', note('first'));
      socket.cork();
      queueMicrotask(() => socket.uncork());
      socket.write('b'.repeat(99), note('second'));
      socket.write('c', note('third'));
      socket.once('drain', () => socket.destroy());
    },
  },
  'the callback of a write, that of end(), another tick, when destroy() follows': {
    when: 'connected',
    act(socket, note) {
      socket.write('a', note('write'));
      process.nextTick(note('tick'));
      socket.end(note('end'));
      socket.destroy();
    },
  },
  'one callback for several writes, beside another tick': {
    when: 'connected',
    act(socket, note) {
      const noted = note('write');
      socket.write('a', note('first'));
      socket.write('b', noted);
      socket.write('c', noted);
      process.nextTick(note('tick'));
      socket.write('d', noted);
      socket.end(note('end'));
    },
  },
  'one callback for the later writes of a tick, the last of which come late': {
    when: 'connected',
    act(socket, note) {
      const noted = note('write');
      socket.write('a', note('first'));
      for (let i = 0; i < 3; i += 1) socket.write('b', noted);
      process.nextTick(note('tick'));
      const start = performance.now();
      while (performance.now() - start < 3);
      for (let i = 0; i < 3; i += 1) socket.write('c', noted);
      socket.end(note('end'));
    },
  },
  'the callback of a write, when another tick ends with more than the kernel takes': {
    when: 'connected',
    act(socket, note) {
      process.nextTick(() => {
        socket.end(Buffer.alloc(FLOOD), note('end'));
        process.nextTick(note('tick'));
      });
      socket.write('a');
      socket.write('b', note('write'));
      setImmediate(note('turn'));
    },
  },
  'callbacks of writes before that of end() and finish': {
    when: 'connected',
    act(socket, note) {
      socket.write('a', note('first'));
      socket.write('b', note('second'));
      socket.end('c', note('end'));
    },
  },
  'a callback that writes': {
    when: 'connected',
    act(socket, note) {
      socket.write('a', () => {
        note('first')();
        socket.write('b', note('second'));
        process.nextTick(note('tick'));
        socket.end(note('end'));
      });
    },
  },
  'an end before the connection': {
    when: 'connecting',
    act(socket, note) {
      socket.cork();
      socket.write('a', note('first'));
      socket.write(Buffer.from('b'), note('second'));
      socket.end(note('end'));
    },
  },
};

/**
 * @param {any} t
 * @param {any} implementation
 * @param {any} conversation
 * @returns {Promise<string[]>} what happened, in its order
 */
async function observe(t, implementation, { options, when, act }) {
  const server = net.createServer((socket) => socket.on('error', () => {}).resume());
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());

  /** @type {string[]} */
  const lines = [];
  const note = (text) => (error) => lines.push(error ? `${text}: ${error.code}` : text);
  const socket = new implementation.Socket(options);
  t.after(() => socket.destroy());
  for (const event of EVENTS) socket.on(event, () => lines.push(`'${event}'`));
  socket.resume();
  socket.connect(port, '127.0.0.1');
  if (when === 'connected') await once(socket, 'connect');
  act(socket, note);
  await once(socket, 'close');
  return lines;
}

describe('the order of', () => {
  for (const [title, conversation] of Object.entries(CONVERSATIONS)) {
    it(`${title} is that of net`, async (t) => {
      const expected = await observe(t, net, conversation);
      assert.ok(expected.length > 3, String(expected));
      assert.deepEqual(await observe(t, safe, conversation), expected);
    });
  }
});

describe('an end without a connection', () => {
  for (const isConnectedLater of [false, true]) {
    it(`finishes when it does on net${isConnectedLater ? ', which may be after connect()' : ''}`, async (t) => {
      const server = net.createServer((socket) =>
        socket
          .on('error', () => {})
          .resume()
          .end(),
      );
      t.after(() => server.close());
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = /** @type {net.AddressInfo} */ (server.address());
      const linesOf = async (implementation) => {
        const lines = [];
        const socket = new implementation.Socket();
        for (const event of EVENTS) socket.on(event, () => lines.push(event));
        socket.end(() => lines.push('end'));
        await new Promise(setImmediate);
        if (!isConnectedLater) return lines;
        socket.resume().connect(port, '127.0.0.1');
        await once(socket, 'close');
        return lines;
      };
      assert.deepEqual(await linesOf(safe), await linesOf(net));
    });
  }
});
