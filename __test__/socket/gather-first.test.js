'use strict';

/**
 * After a tick with many writes the first of the next one waits, too. Observed by reading the descriptor of the other
 * end, which nobody else reads.
 */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const { describe, it } = require('node:test');
const { setImmediate: nextTurn } = require('node:timers/promises');

const { clock } = require('../support/clock');
const { connected: connectedBy } = require('../support/connection');
const { readNow } = require('../support/read-now');

const safe = require('../..');

/** Writes of a tick, beside the first, after which the next tick is expected to be like it. */
const MANY = 4;
/** A tick in which the first write waits may take 1 ms. */
const LONG_MS = 1;

/**
 * @param {any} t
 * @param {{ gather?: boolean, byPath?: boolean }} [options]
 */
function connected(t, { gather, byPath = true } = {}) {
  clock.stop();
  t.after(() => clock.start());
  const server = net.createServer({ pauseOnConnect: true });
  return connectedBy(t, (to) => new safe.Socket({ gather }).connect(to), server, byPath);
}

/**
 * A tick that writes so many times.
 *
 * @param {any} socket
 * @param {any} peer
 * @param {number} count
 * @returns {Promise<string>} what has left with the first write
 */
async function tickOf(socket, peer, count) {
  socket.write('.');
  const atOnce = readNow(peer);
  for (let more = 1; more < count; more += 1) socket.write('.');
  await nextTurn();
  assert.equal(atOnce + readNow(peer), '.'.repeat(count));
  return atOnce;
}

describe('the first write of a tick', { skip: process.platform === 'win32' }, () => {
  it('waits for the others after a tick with many, and so on until a tick has few', async (t) => {
    const { socket, peer } = await connected(t);
    const atOnce = [];
    for (const count of [1 + MANY, MANY, MANY, 1, 1]) atOnce.push(await tickOf(socket, peer, count));
    assert.deepEqual(atOnce, ['.', '', '', '', '.']);
  });

  it('leaves at once after a tick with one less', async (t) => {
    const { socket, peer } = await connected(t);
    assert.deepEqual([await tickOf(socket, peer, MANY), await tickOf(socket, peer, MANY)], ['.', '.']);
  });

  it('leaves with the next in a tick that takes long, and never waits again', async (t) => {
    const { socket, peer } = await connected(t);
    await tickOf(socket, peer, 1 + MANY);
    socket.write('a');
    socket.write('b');
    clock.advance(LONG_MS);
    socket.write('c');
    assert.equal(readNow(peer), 'abc');
    await nextTurn();
    for (let tick = 0; tick < 3; tick += 1) assert.equal(await tickOf(socket, peer, 1 + MANY), '.');
  });

  it('leaves at once after a tick with many that took long', async (t) => {
    const { socket, peer } = await connected(t);
    for (let write = 0; write <= MANY; write += 1) socket.write('.');
    clock.advance(LONG_MS);
    await nextTurn();
    readNow(peer);
    assert.deepEqual([await tickOf(socket, peer, 1 + MANY), await tickOf(socket, peer, 1)], ['.', '']);
  });

  it('has its callback called on the tick on which net calls it', async (t) => {
    const { socket, peer } = await connected(t);
    await tickOf(socket, peer, 1 + MANY);
    const order = [];
    process.nextTick(() => order.push('before'));
    socket.write('a', () => order.push('a'));
    process.nextTick(() => order.push('after'));
    assert.equal(readNow(peer), '');
    await nextTurn();
    assert.deepEqual([order, readNow(peer)], [['before', 'a', 'after'], 'a']);
  });

  it('leaves before destroy() closes the socket', async (t) => {
    const { socket, peer } = await connected(t);
    await tickOf(socket, peer, 1 + MANY);
    socket.write('last');
    assert.equal(readNow(peer), '');
    socket.destroy();
    assert.equal(readNow(peer), 'last');
  });

  it('fails at uncork() when the peer has reset the connection, and not before a corked write', async (t) => {
    const { socket, peer } = await connected(t, { byPath: false });
    await tickOf(socket, peer, 1 + MANY);
    const outcomes = [];
    socket.on('error', (error) => outcomes.push(`error ${error.code}`));
    peer.resetAndDestroy();
    for (const name of ['held', 'corked', 'corked too']) {
      assert.equal(socket.writable, true);
      socket.write(name, (error) => outcomes.push(`${name} ${error?.code}`));
      if (name === 'held') socket.cork();
    }
    assert.equal(socket.bytesWritten, 1 + MANY + 'held'.length + 'corked'.length + 'corked too'.length);
    socket.uncork();
    assert.equal(socket.writable, false);
    await new Promise((resolve) => socket.once('close', resolve));
    assert.deepEqual(outcomes, ['held ECONNRESET', 'corked ECONNRESET', 'corked too ECONNRESET', 'error ECONNRESET']);
  });

  it(
    'is not sent to the next peer when the socket was destroyed while it was corked',
    { timeout: 10_000 },
    async (t) => {
      const { socket, peer } = await connected(t, { byPath: false });
      await tickOf(socket, peer, 1 + MANY);
      peer.resetAndDestroy();
      const outcomes = [];
      socket.on('error', (error) => outcomes.push(error.code));
      socket.write('held', (error) => outcomes.push(`held ${error?.code}`));
      socket.cork();
      socket.destroy();
      await once(socket, 'close');
      assert.deepEqual(outcomes, ['held ERR_STREAM_DESTROYED']);

      const server = net.createServer((next) => next.end()).listen(0, '127.0.0.1');
      t.after(() => server.close());
      await once(server, 'listening');
      socket.uncork();
      const accepted = once(server, 'connection');
      socket.connect({ port: server.address().port, host: '127.0.0.1' });
      socket.write('new');
      const [next] = await accepted;
      const [chunk] = await once(next, 'data');
      assert.equal(String(chunk), 'new');
      socket.destroy();
    },
  );

  it('leaves at once with { gather: false }', async (t) => {
    const { socket, peer } = await connected(t, { gather: false });
    assert.deepEqual([await tickOf(socket, peer, 1 + MANY), await tickOf(socket, peer, 1 + MANY)], ['.', '.']);
  });
});
