'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const nodeNet = require('node:net');
const process = require('node:process');
const { describe, test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');

const safe = require('../..');
const { connectedToPaused: connection } = require('../support/connection');

const skip = process.platform === 'linux' ? false : 'only Linux tells what was acknowledged';
const TOO_MUCH = 16_000_000;

const sockets = {
  'safe-socket': (options) => safe.connect(options),
  net: (options) => nodeNet.connect(options),
};

for (const [kind, connect] of Object.entries(sockets)) {
  describe(`closeGracefully() of a socket of ${kind}`, { skip }, () => {
    test('ends, delivers everything, waits for the other side to end, and closes', async (t) => {
      const { ours, theirs } = await connection(t, connect);
      let received = 0;
      theirs
        .on('data', (data) => (received += data.length))
        .resume()
        .once('end', () => theirs.end('bye'));
      ours.write(Buffer.alloc(TOO_MUCH));
      const closed = await safe.closeGracefully(ours);
      assert.deepEqual(closed, { bytesDelivered: TOO_MUCH, bytesUndelivered: 0, endedBy: 'peer' });
      assert.equal(received, TOO_MUCH);
      assert.ok(ours.destroyed);
    });

    test('leaves no listener on a socket that it has closed', async (t) => {
      const { ours, theirs } = await connection(t, connect);
      const before = counts(ours);
      theirs.resume().once('end', () => theirs.end());
      await safe.closeGracefully(ours);
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(counts(ours), before);
    });

    test('gives what still comes to those who listen for it', async (t) => {
      const { ours, theirs } = await connection(t, connect);
      theirs.resume().once('end', () => theirs.end('last words'));
      let heard = '';
      ours.on('data', (data) => (heard += data));
      await safe.closeGracefully(ours);
      assert.equal(heard, 'last words');
    });

    test('closes a paused socket too', async (t) => {
      const { ours, theirs } = await connection(t, connect);
      theirs.resume().once('end', () => theirs.end('never read'));
      ours.pause();
      ours.write('hello');
      assert.deepEqual(await safe.closeGracefully(ours), { bytesDelivered: 5, bytesUndelivered: 0, endedBy: 'peer' });
    });

    test('waits for a reader that takes its time, but not beyond the deadline', async (t) => {
      for (const [timeout, expected] of [
        [10_000, 'last words'],
        [100, ''],
      ]) {
        const { ours, theirs } = await connection(t, connect);
        theirs.resume().once('end', () => theirs.end('last words'));
        let heard = '';
        ours.on('data', (data) => (heard += data)).pause();
        const closing = safe.closeGracefully(ours, { timeout });
        await Promise.race([closing, sleep(200)]);
        ours.resume();
        assert.deepEqual(await closing, { bytesDelivered: 0, bytesUndelivered: 0, endedBy: 'peer' });
        assert.equal(heard, expected);
      }
    });

    test('resets the connection at the deadline, and says what was not delivered', async (t) => {
      const { ours, theirs } = await connection(t, connect);
      ours.write(Buffer.alloc(TOO_MUCH));
      const closed = await safe.closeGracefully(ours, { timeout: 50 });
      assert.equal(closed.endedBy, 'timeout');
      assert.equal(closed.bytesDelivered + closed.bytesUndelivered, TOO_MUCH);
      assert.ok(closed.bytesUndelivered > 0);
      assert.ok(ours.destroyed);
      assert.equal(safe.peerState(theirs), 'reset');
    });

    test('resets a peer that never ends, although it has everything', async (t) => {
      const { ours, theirs } = await connection(t, connect);
      theirs.resume();
      ours.write('hello');
      const closed = await safe.closeGracefully(ours, { timeout: 50 });
      assert.deepEqual(closed, { bytesDelivered: 5, bytesUndelivered: 0, endedBy: 'timeout' });
    });

    test('says that the peer has reset the connection, without an error event', async (t) => {
      const { ours, theirs } = await connection(t, connect);
      ours.write(Buffer.alloc(TOO_MUCH));
      const closing = safe.closeGracefully(ours);
      theirs.resetAndDestroy();
      const { bytesUndelivered, endedBy } = await closing;
      assert.equal(endedBy, 'reset');
      assert.ok(bytesUndelivered > 0);
    });

    test('may be called on a socket that is ended already, and twice', async (t) => {
      const { ours, theirs } = await connection(t, connect);
      theirs.resume().once('end', () => theirs.end());
      ours.end('hello');
      const [first, second] = await Promise.all([safe.closeGracefully(ours), safe.closeGracefully(ours)]);
      assert.deepEqual(first, { bytesDelivered: 5, bytesUndelivered: 0, endedBy: 'peer' });
      assert.deepEqual(second, first);
    });
  });
}

describe('end({ linger })', { skip }, () => {
  const connect = sockets['safe-socket'];

  for (const [name, end] of [
    ['end({ linger })', (socket) => socket.end({ linger: 50 })],
    ['end(data, { linger })', (socket) => socket.end('x', { linger: 50 })],
    ['end(data, encoding, { linger })', (socket) => socket.end('78', 'hex', { linger: 50 })],
  ]) {
    test(`${name} resets the connection when the peer does not end in time`, async (t) => {
      const { ours, theirs } = await connection(t, connect);
      theirs.resume();
      end(ours);
      const [hadError] = await once(ours, 'close');
      assert.equal(hadError, false);
      // A socket of net that has read the end reads no more, and never hears of it.
      assert.equal(safe.peerState(theirs), 'reset');
    });
  }

  test('leaves a peer alone that ends in time', async (t) => {
    const { ours, theirs } = await connection(t, connect);
    theirs.resume().once('end', () => theirs.end());
    ours.resume().end('hello', { linger: 10_000 });
    const [[hadError]] = await Promise.all([once(ours, 'close'), once(theirs, 'close')]);
    assert.equal(hadError, false);
    assert.equal(theirs.errored, null);
  });

  test('is the default of a socket and of a server that have the option', async (t) => {
    const server = safe.createServer({ linger: 50 }, (socket) => socket.end('bye')).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const peer = nodeNet.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true });
    t.after(() => peer.destroy());
    peer.resume();
    const [ours] = await once(server, 'connection');
    await once(ours, 'close');
    assert.equal(safe.peerState(peer), 'reset');
  });

  test('throws for what is no time', async (t) => {
    const { ours } = await connection(t, connect);
    for (const linger of ['1', undefined, null]) {
      assert.throws(() => ours.end({ linger }), { code: 'ERR_INVALID_ARG_TYPE', message: /linger/ });
    }
    assert.throws(() => ours.end({ linger: -1 }), { code: 'ERR_OUT_OF_RANGE' });
    assert.throws(() => safe.connect({ port: 1, linger: 'x' }), { code: 'ERR_INVALID_ARG_TYPE', message: /linger/ });
    assert.equal(ours.writable, true);
  });
});

/** How many listeners there are. @param {import('node:events').EventEmitter} emitter */
function counts(emitter) {
  return Object.fromEntries(emitter.eventNames().map((name) => [name, emitter.listenerCount(name)]));
}
