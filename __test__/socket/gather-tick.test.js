'use strict';

/** When gathered writes leave: observed by reading the descriptor of the other end, which nobody else reads. */

const assert = require('node:assert/strict');
const net = require('node:net');
const { describe, it } = require('node:test');
const { setImmediate: nextTurn, setTimeout: later } = require('node:timers/promises');

const safe = require('../..');
const { connected: connectedBy } = require('../support/connection');
const { readNow } = require('../support/read-now');

const TIMER_TICKS = 6;
const connected = (t, Socket = safe.Socket) =>
  connectedBy(t, (to) => new Socket().connect(to), net.createServer({ pauseOnConnect: true }), true);

const CHUNK = Buffer.alloc(8_192, 'c');

describe('the first write of a tick', { skip: process.platform === 'win32' }, () => {
  it('leaves at once, and the second at the end of the tick', async (t) => {
    const { socket, peer } = await connected(t);
    socket.write('first');
    socket.write('second');
    const atOnce = readNow(peer);
    await nextTurn();
    assert.deepEqual([atOnce, readNow(peer)], ['first', 'second']);
  });

  it('leaves at once in tick after tick of a timer, but for the one that shows that there are such ticks', async (t) => {
    const { socket, peer } = await connected(t);
    const atOnce = [];
    for (let tick = 0; tick < TIMER_TICKS; tick += 1) {
      await later(1);
      socket.write(String(tick));
      atOnce.push(readNow(peer));
      await later(1);
      readNow(peer);
    }
    const waited = atOnce.filter((text) => text === '');
    assert.ok(waited.length <= 1, `at once: ${JSON.stringify(atOnce)}`);
    socket.write('first');
    socket.write('second');
    assert.equal(readNow(peer), 'first');
  });
});

/**
 * A connection whose kernel has room for one more chunk.
 *
 * @param {any} t
 * @param {typeof safe.Socket} [Socket]
 */
async function nearlyFull(t, Socket) {
  const { socket: measured } = await connected(t);
  let room = 0;
  for (; measured.writableLength === 0; room += 1) {
    measured.write(CHUNK);
    await nextTurn();
  }
  const { socket, peer } = await connected(t, Socket);
  const chunks = room - 2;
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    socket.write(CHUNK);
    await nextTurn();
  }
  return { socket, peer, length: chunks * CHUNK.length };
}

describe('gathered writes for which the kernel has no room', { skip: process.platform === 'win32' }, () => {
  it('arrive before end(), although a _final() of a subclass waits', async (t) => {
    class Patient extends safe.Socket {
      _final(callback) {
        setImmediate(() => super._final(callback));
      }
    }
    const { socket, peer, length: before } = await nearlyFull(t, Patient);
    let failure;
    socket.on('error', (error) => (failure = error));
    socket.write(CHUNK);
    assert.equal(socket.writableLength, 0);
    socket.write('the rest');
    socket.end();
    assert.ok(socket.writableLength > 0, 'there was room');

    let length = 0;
    let last;
    for await (const chunk of peer) {
      length += chunk.length;
      last = chunk;
    }
    assert.equal(failure, undefined);
    assert.equal(length, before + CHUNK.length + 'the rest'.length);
    assert.match(String(last), /the rest$/);
  });

  it('do not wait for uncork(), for they came before cork()', { timeout: 20_000 }, async (t) => {
    const { socket, peer, length: before } = await nearlyFull(t);
    socket.write(CHUNK);
    socket.write('the rest');
    socket.cork();
    assert.equal(socket.writableLength, 'the rest'.length);
    socket.write('corked');
    let length = 0;
    let last;
    for await (const chunk of peer) {
      length += chunk.length;
      last = chunk;
      if (length === before + CHUNK.length + 'the rest'.length) break;
    }
    assert.match(String(last), /the rest$/);
    assert.equal(socket.writableLength, 'corked'.length);
  });
});
