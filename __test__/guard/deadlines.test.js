'use strict';

/** `safeSocket(socket, { linger, writeTimeout })`, on sockets of Node's and on ours. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { PassThrough } = require('node:stream');
const { describe, it } = require('node:test');
const { inspect } = require('node:util');

const safe = require('../..');
const { refuses } = require('../support/refusal');
const { acceptedBy, acceptedByNet, acceptedByTls } = require('../support/subjects');

/** More than the kernels of both ends take while nobody reads. */
const TOO_MUCH = 16_000_000;
const HALF_OPEN = { allowHalfOpen: true };
const skip = process.platform === 'linux' ? false : 'only Linux tells what was acknowledged';

const same = (socket) => socket;
const SUBJECTS = [
  acceptedByNet('a socket of net', true, same),
  acceptedByTls('a socket of tls', true, same),
  acceptedBy(safe, 'a socket of safe-socket', true, same),
];

for (const subject of SUBJECTS) {
  describe(`${subject.name}, given to safeSocket()`, { timeout: 150_000 }, () => {
    it('ends with ETIMEDOUT when a write takes longer than writeTimeout', async (t) => {
      const { socket, wire } = await subject.pair(t, HALF_OPEN);
      wire.pause();
      safe.safeSocket(socket, { writeTimeout: 40 });
      const settled = new Promise((resolve) => socket.write(Buffer.alloc(TOO_MUCH), resolve));
      const [error] = await once(socket, 'error');
      assert.deepEqual([error.code, error.syscall], ['ETIMEDOUT', 'write']);
      assert.equal(refuses(() => socket.write('x'), { endedBy: 'timeout' }).cause, error);
      await settled;
    });

    it('goes by the option given last, and 0 is none', async (t) => {
      const { socket, wire } = await subject.pair(t, HALF_OPEN);
      wire.pause();
      safe.safeSocket(socket, { writeTimeout: 5 });
      safe.safeSocket(socket, { writeTimeout: 0 });
      const finished = new Promise((resolve) => socket.write(Buffer.alloc(TOO_MUCH), resolve));
      setTimeout(() => wire.resume(), 60);
      assert.ok(!((await finished) instanceof Error));
      assert.equal(socket.destroyed, false);
    });

    it('counts from the turn of each write, alone or with others', async (t) => {
      const { socket, peer } = await subject.pair(t, HALF_OPEN);
      safe.safeSocket(socket, { writeTimeout: 10_000 });
      const received = [];
      peer.on('data', (chunk) => received.push(chunk));
      socket.write('one ');
      socket.cork();
      socket.write('two ');
      socket.write(Buffer.from('three '));
      socket.uncork();
      socket.end('four');
      await once(peer, 'end');
      assert.equal(Buffer.concat(received).toString(), 'one two three four');
      socket.destroy();
    });

    it('resets the connection when the peer does not end within linger', { skip }, async (t) => {
      const { socket, wire } = await subject.pair(t, HALF_OPEN);
      wire.on('end', () => wire.pause());
      safe.safeSocket(socket, { linger: 50 }).end('bye');
      await once(socket, 'close');
      if (!subject.isTls) assert.equal(safe.peerState(wire), 'reset');
    });

    it('leaves a peer alone that ends within linger', { skip }, async (t) => {
      const { socket, peer } = await subject.pair(t, HALF_OPEN);
      peer.once('end', () => peer.end());
      safe.safeSocket(socket, { linger: 10_000 }).resume().end('bye');
      await Promise.all([once(socket, 'close'), once(peer, 'close')]);
      assert.equal(peer.errored, null);
    });

    it('looks as before', async (t) => {
      const { socket } = await subject.pair(t);
      const before = inspect(socket, { depth: 0 });
      safe.safeSocket(socket, { linger: 50, writeTimeout: 50 });
      assert.equal(inspect(socket, { depth: 0 }), before);
    });

    it('refuses what is no time', async (t) => {
      const { socket } = await subject.pair(t);
      for (const name of ['linger', 'writeTimeout']) {
        assert.throws(() => safe.safeSocket(socket, { [name]: '1' }), { code: 'ERR_INVALID_ARG_TYPE' });
        assert.throws(() => safe.safeSocket(socket, { [name]: -1 }), { code: 'ERR_OUT_OF_RANGE' });
      }
    });
  });
}

describe('a stream that is no socket', () => {
  for (const name of ['linger', 'writeTimeout']) {
    it(`has no ${name}, and is not guarded when it is asked for`, () => {
      const stream = new PassThrough();
      assert.throws(() => safe.safeSocket(stream, { [name]: 1 }), {
        code: 'ERR_INVALID_ARG_VALUE',
        message: /net\.Socket/,
      });
      assert.equal(Object.hasOwn(stream, 'end'), false);
    });
  }
});
