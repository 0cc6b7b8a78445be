'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { describe, it } = require('node:test');

const { safeSend } = require('../../lib/safe-send');
const { safeSocket } = require('../../lib/safe-socket');
const { turns } = require('../support/refusal');
const { acceptedBy, acceptedByNet, acceptedByTls } = require('../support/subjects');

const same = (socket) => socket;
const SUBJECTS = [
  acceptedByNet('a net.Socket', false, same),
  acceptedByNet('a guarded net.Socket', true, safeSocket),
  acceptedByTls('a tls.TLSSocket', false, same),
  acceptedByTls('a guarded tls.TLSSocket', true, safeSocket),
  acceptedBy(require('../..'), 'a Rust-backed socket', false, same),
];

for (const subject of SUBJECTS) {
  describe(`safeSend to ${subject.name}`, { timeout: 150_000 }, () => {
    it('is true and sends, with encoding and callback', async (t) => {
      const { socket, peer } = await subject.pair(t);
      const received = [];
      peer.on('data', (chunk) => received.push(chunk));
      assert.equal(safeSend(socket, 'a'), true);
      assert.equal(safeSend(socket, '62', 'hex'), true);
      await new Promise((resolve) => assert.equal(safeSend(socket, Buffer.from('c'), resolve), true));
      socket.end();
      await once(peer, 'end');
      assert.equal(Buffer.concat(received).toString(), 'abc');
    });

    for (const end of ['end', 'destroy']) {
      it(`is false after ${end}(), and neither throws nor emits nor calls back`, async (t) => {
        const { socket } = await subject.pair(t);
        socket.on('error', assert.ifError);
        socket[end]();
        assert.equal(
          safeSend(socket, 'x', () => assert.fail('called back')),
          false,
        );
        await turns(3);
        assert.equal(socket.destroyed, end === 'destroy' || socket.closed);
      });
    }

    it('is true under backpressure: the bytes were accepted', async (t) => {
      const { socket, peer } = await subject.pair(t);
      peer.pause();
      let sent = 0;
      while (!socket.writableNeedDrain) {
        assert.equal(safeSend(socket, Buffer.alloc(1 << 20)), true);
        sent += 1;
      }
      assert.ok(sent > 0);
    });

    it('throws for a bad argument, ended or not', async (t) => {
      const { socket } = await subject.pair(t);
      assert.throws(() => safeSend(socket, 42), { code: 'ERR_INVALID_ARG_TYPE' });
      socket.end();
      assert.throws(() => safeSend(socket, 42), { code: 'ERR_INVALID_ARG_TYPE' });
    });
  });
}

describe('safeSend', () => {
  it('throws for what is no socket', () => {
    for (const nothing of [null, undefined, 'socket', {}]) {
      // @ts-expect-error
      assert.throws(() => safeSend(nothing, 'x'), { code: 'ERR_INVALID_ARG_TYPE', name: 'TypeError' });
    }
  });
});
