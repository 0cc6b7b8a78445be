'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const nodeNet = require('node:net');
const process = require('node:process');
const { describe, test } = require('node:test');

const safe = require('../..');
const { Stream } = require('../../lib/native/stream');
const { connectedToPaused } = require('../support/connection');

const TOO_MUCH = 16_000_000;

const connection = (t, options) => connectedToPaused(t, (to) => safe.connect({ ...to, ...options }));

/** Timers that are running. */
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

describe('a write timeout', () => {
  for (const [how, options, prepare] of [
    ['writeTimeout', { writeTimeout: 40 }, () => {}],
    ['setWriteTimeout() before the write', {}, (socket) => socket.setWriteTimeout(40)],
  ]) {
    test(`by ${how} ends the socket with ETIMEDOUT and says what was not sent`, async (t) => {
      const { ours } = await connection(t, options);
      prepare(ours);
      const callback = new Promise((resolve) => ours.write(Buffer.alloc(TOO_MUCH), resolve));
      const [error] = await once(ours, 'error');
      assert.equal(error.code, 'ETIMEDOUT');
      assert.equal(error.syscall, 'write');
      assert.ok(error.bytesAccepted > 0);
      assert.equal(error.bytesAccepted + error.bytesUnsent, TOO_MUCH);
      assert.equal(ours.bytesAccepted, error.bytesAccepted);
      assert.equal(ours.bytesWritten, TOO_MUCH);
      assert.equal((await callback).code, 'ETIMEDOUT');
      assert.throws(() => ours.write('x'), { code: 'ERR_SOCKET_ALREADY_ENDED', endedBy: 'timeout', cause: error });
    });
  }

  test('set while a write is unfinished counts for it', async (t) => {
    const { ours } = await connection(t);
    ours.write(Buffer.alloc(TOO_MUCH));
    ours.setWriteTimeout(40);
    assert.equal((await once(ours, 'error'))[0].code, 'ETIMEDOUT');
  });

  test('of a server holds for its sockets', async (t) => {
    const server = safe.createServer({ writeTimeout: 40 }).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const peer = nodeNet.connect(server.address().port, '127.0.0.1').pause();
    peer.on('error', () => {});
    t.after(() => peer.destroy());
    const [ours] = await once(server, 'connection');
    ours.write(Buffer.alloc(TOO_MUCH));
    assert.equal((await once(ours, 'error'))[0].code, 'ETIMEDOUT');
  });

  test('does not touch a socket whose writes are finished', async (t) => {
    // So long that it never passes while the peer reads; what counts is that nothing waits for it afterwards.
    const { ours, theirs } = await connection(t, { writeTimeout: 600_000 });
    const before = timers();
    const written = new Promise((resolve) => ours.write(Buffer.alloc(TOO_MUCH), resolve));
    assert.equal(timers(), before + 1);
    theirs.resume();
    await written;
    assert.equal(timers(), before);
    assert.equal(ours.destroyed, false);
  });

  test('is turned off by 0', async (t) => {
    const { ours } = await connection(t, { writeTimeout: 30 });
    ours.write(Buffer.alloc(TOO_MUCH));
    ours.setWriteTimeout(0);
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.equal(ours.destroyed, false);
  });

  test('does not wait for ever for a connection either', async (t) => {
    const ours = new safe.Socket({ writeTimeout: 30 });
    t.after(() => ours.destroy());
    ours.connect({ port: 1, host: 'nowhere.invalid', lookup: () => {} });
    ours.write('hello');
    assert.equal((await once(ours, 'error'))[0].code, 'ETIMEDOUT');
  });

  test('must be a number of milliseconds', () => {
    assert.throws(() => new safe.Socket({ writeTimeout: '1' }), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => new safe.Socket().setWriteTimeout(-1), { code: 'ERR_OUT_OF_RANGE' });
  });
});

describe('a write that fails half way', () => {
  test('says how many bytes the kernel had taken', async (t) => {
    const { ours, theirs } = await connection(t);
    ours.pause();
    ours.write(Buffer.alloc(TOO_MUCH), () => {});
    theirs.resetAndDestroy();
    const [error] = await once(ours, 'error');
    assert.ok(['ECONNRESET', 'EPIPE'].includes(error.code), error.code);
    if (error.syscall === 'write') assert.equal(error.bytesAccepted + error.bytesUnsent, TOO_MUCH);
    assert.ok(ours.bytesAccepted > 0 && ours.bytesAccepted < TOO_MUCH);
    assert.equal(ours.bytesWritten, TOO_MUCH);
  });

  test('looks like that of net otherwise', async (t) => {
    const keys = [];
    for (const connect of [nodeNet.connect, safe.connect]) {
      const server = nodeNet.createServer().listen(0, '127.0.0.1');
      t.after(() => server.close());
      await once(server, 'listening');
      const socket = connect(server.address().port, '127.0.0.1').pause();
      const [[peer]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
      peer.resetAndDestroy();
      const failed = once(socket, 'error');
      while (!socket.destroyed && socket.writable) {
        socket.write('x');
        await new Promise(setImmediate);
      }
      keys.push(Object.keys((await failed)[0]).sort());
    }
    assert.deepEqual(keys[1], keys[0]);
  });
});

describe('bytesAccepted', () => {
  test('counts what the kernel has taken, which bytesWritten does not', async (t) => {
    const { ours, theirs } = await connection(t);
    assert.equal(ours.bytesAccepted, 0);
    ours.write('hello');
    assert.equal(ours.bytesAccepted, 5);
    ours.write(Buffer.alloc(TOO_MUCH));
    assert.ok(ours.bytesAccepted < ours.bytesWritten);
    theirs.resume();
    await once(ours, 'drain');
    assert.equal(ours.bytesAccepted, TOO_MUCH + 5);
    assert.equal(Object.keys(ours).includes('bytesAccepted'), false);
    assert.equal(safe.Socket.prototype.bytesAccepted, undefined);
  });

  test('does not count what destroy() has cut off', async (t) => {
    const { ours, theirs } = await connection(t);
    ours.write(Buffer.alloc(TOO_MUCH));
    ours.write('queued');
    ours.destroy();
    await once(ours, 'close');
    let received = 0;
    theirs.on('data', (data) => (received += data.length)).resume();
    await once(theirs, 'end');
    assert.equal(ours.bytesAccepted, received);
  });
});

describe('options of the kernel', { skip: process.platform === 'linux' ? false : 'only Linux has them' }, () => {
  test('are set on the connection', async (t) => {
    const { ours } = await connection(t, { notSentLowWatermark: 4096, userTimeout: 5000, keepAliveCount: 3 });
    ours.setUserTimeout(1000);
    ours.setNotSentLowWatermark(8192);
    assert.throws(() => ours.setUserTimeout('1'), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => ours.setNotSentLowWatermark(-1), { code: 'ERR_OUT_OF_RANGE' });
  });

  test('for keep-alive are those of the socket and of the server', async (t) => {
    const set = t.mock.method(Stream.prototype, 'setKeepAlive');
    const options = { keepAlive: true, keepAliveInitialDelay: 7000, keepAliveInterval: 5000, keepAliveCount: 3 };
    const server = safe.createServer(options).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const ours = safe.connect({ port: server.address().port, host: '127.0.0.1', ...options });
    t.after(() => ours.destroy());
    const [[accepted]] = await Promise.all([once(server, 'connection'), once(ours, 'connect')]);
    t.after(() => accepted.destroy());
    assert.deepEqual(
      set.mock.calls.map((call) => [call.arguments, call.result]),
      Array(2).fill([[true, 7, 5, 3], 0]),
    );
  });

  test('a low watermark keeps what is not sent out of the kernel', async (t) => {
    const accepted = [];
    for (const options of [{}, { notSentLowWatermark: 4096 }]) {
      const { ours } = await connection(t, options);
      ours.write(Buffer.alloc(TOO_MUCH));
      // The peer does not read: what it takes it takes at once.
      for (let last = -1; last !== ours.bytesAccepted; await new Promise((resolve) => setTimeout(resolve, 20))) {
        last = ours.bytesAccepted;
      }
      accepted.push(safe.tcpInfo(ours).bytesNotSent);
    }
    assert.ok(accepted[1] < accepted[0] / 4, `${accepted[1]} bytes instead of ${accepted[0]}`);
  });
});
