'use strict';

/** When gathered writes leave: observed by reading the descriptor of the other end, which nobody else reads. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const { describe, it } = require('node:test');
const { setImmediate: nextTurn, setTimeout: later } = require('node:timers/promises');

const safe = require('..');
const { connected: connectedBy } = require('./support/connection');

const TIMER_TICKS = 6;
const connected = (t, Socket = safe.Socket) =>
  connectedBy(t, (to) => new Socket().connect(to), net.createServer({ pauseOnConnect: true }), true);

const CHUNK = Buffer.alloc(8_192, 'c');

/**
 * @param {any} peer
 * @returns {string} what is there now
 */
function readNow(peer) {
  const bytes = Buffer.alloc(64);
  try {
    return bytes.subarray(0, fs.readSync(peer._handle.fd, bytes)).toString();
  } catch (error) {
    if (error.code === 'EAGAIN') return '';
    throw error;
  }
}

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

describe('gathered writes before end()', { skip: process.platform === 'win32' }, () => {
  it('arrive when the kernel has no room for them and a _final() of a subclass waits', async (t) => {
    const { socket: measured } = await connected(t);
    let room = 0;
    for (; measured.writableLength === 0; room += 1) {
      measured.write(CHUNK);
      await nextTurn();
    }

    class Patient extends safe.Socket {
      _final(callback) {
        setImmediate(() => super._final(callback));
      }
    }
    const { socket, peer } = await connected(t, Patient);
    let failure;
    socket.on('error', (error) => (failure = error));
    for (let chunk = 0; chunk < room - 2; chunk += 1) {
      socket.write(CHUNK);
      await nextTurn();
    }
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
    assert.equal(length, (room - 1) * CHUNK.length + 'the rest'.length);
    assert.match(String(last), /the rest$/);
  });
});
