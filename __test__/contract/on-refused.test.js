'use strict';

const assert = require('node:assert/strict');
const diagnostics = require('node:diagnostics_channel');
const { once } = require('node:events');
const { describe, it } = require('node:test');

const { safeSocket } = require('../../lib/safe-socket');
const { refuses, turns } = require('../support/refusal');
const { acceptedBy, acceptedByNet, acceptedByTls } = require('../support/subjects');

const same = (socket) => socket;
const SUBJECTS = [
  acceptedByNet('a guarded net.Socket', true, same),
  acceptedByTls('a guarded tls.TLSSocket', true, same),
  acceptedBy(require('../..'), 'a Rust-backed socket', true, same),
];

/**
 * @param {any} socket
 * @param {'write' | 'end'} operation
 * @returns {{ result: any, settled: Promise<any[]> }}
 */
function callRefused(socket, operation) {
  let result;
  const settled = new Promise((resolve) => {
    result = socket[operation]('more', (...args) => resolve(args));
  });
  return { result, settled };
}

for (const subject of SUBJECTS) {
  describe(`onRefused on ${subject.name}`, { timeout: 150_000 }, () => {
    it("'emit': returns false, gives the error to the callback, emits it once on the next tick", async (t) => {
      const { socket } = await subject.pair(t);
      safeSocket(socket, { onRefused: 'emit' }).end();
      const emitted = [];
      socket.on('error', (error) => emitted.push(error));
      const { result, settled } = callRefused(socket, 'write');
      assert.equal(result, false);
      assert.deepEqual(emitted, []);
      const [error] = await settled;
      await turns(2);
      assert.deepEqual(emitted, [error]);
      assert.equal(error.code, 'ERR_SOCKET_ALREADY_ENDED');
      assert.equal(socket.errored, null);
    });

    it("'drop': returns false, gives the error to the callback, emits nothing", async (t) => {
      const { socket } = await subject.pair(t);
      safeSocket(socket, { onRefused: 'drop' }).end();
      socket.on('error', assert.ifError);
      const write = callRefused(socket, 'write');
      assert.equal(write.result, false);
      assert.equal((await write.settled)[0].operation, 'write');
      const end = callRefused(socket, 'end');
      assert.equal(end.result, socket);
      assert.equal((await end.settled)[0].operation, 'end');
      await turns(2);
    });

    it('a function that returns true deals with the refusal', async (t) => {
      const { socket } = await subject.pair(t);
      const seen = [];
      safeSocket(socket, { onRefused: (...args) => Boolean(seen.push(args)) }).end();
      socket.on('error', assert.ifError);
      const { result, settled } = callRefused(socket, 'write');
      assert.equal(result, false);
      const [error] = await settled;
      assert.deepEqual(seen, [[error, socket]]);
      await turns(2);
    });

    it('a function that does not return true lets it throw', async (t) => {
      const { socket } = await subject.pair(t);
      safeSocket(socket, { onRefused: () => false }).end();
      refuses(() => socket.write('x'));
    });

    for (const onRefused of ['throw', 'emit', 'drop']) {
      it(`'${onRefused}' publishes the refusal to safe-socket:refused`, async (t) => {
        const { socket } = await subject.pair(t);
        const messages = [];
        const listener = (message) => messages.push(message);
        diagnostics.subscribe('safe-socket:refused', listener);
        t.after(() => diagnostics.unsubscribe('safe-socket:refused', listener));
        safeSocket(socket, { onRefused }).end();
        socket.on('error', () => {});
        let error;
        try {
          socket.write('more', (dropped) => (error = dropped));
        } catch (thrown) {
          error = thrown;
        }
        await turns(2);
        assert.deepEqual(messages, [{ socket, operation: 'write', error }]);
      });
    }

    it('the policy can be changed by guarding again, and the rest stays', async (t) => {
      const { socket } = await subject.pair(t);
      safeSocket(socket, { strict: true, onRefused: 'drop' });
      safeSocket(socket, { onRefused: 'throw' }).end();
      refuses(() => socket.end(), { operation: 'end' });
    });
  });

  describe(`tracing on ${subject.name}`, { timeout: 150_000 }, () => {
    it('makes the line that ended the socket the cause, without frames of Node or of this library', async (t) => {
      const { socket } = await subject.pair(t);
      safeSocket(socket, { trace: true });
      (function theEnder() {
        socket.end();
      })();
      const { cause } = refuses(() => socket.write('x'));
      const [, ...frames] = cause.stack.split('\n');
      assert.match(frames[0], /at theEnder .*on-refused\.test\.js/);
      assert.equal(
        frames.some((frame) => frame.includes('node:') || /[\\/]lib[\\/][a-z-]+\.js/.test(frame)),
        false,
      );
    });

    it('shows the line that destroyed it', async (t) => {
      const { socket } = await subject.pair(t);
      safeSocket(socket, { trace: true });
      (function theDestroyer() {
        socket.destroy();
      })();
      assert.match(refuses(() => socket.write('x')).cause.stack.split('\n')[1], /at theDestroyer /);
    });

    it('chains the line to the error that ended the socket', async (t) => {
      const { socket } = await subject.pair(t);
      safeSocket(socket, { trace: true });
      const failure = new Error('enough');
      socket.on('error', () => {});
      socket.destroy(failure);
      const { cause } = refuses(() => socket.write('x'));
      assert.equal(cause, failure);
      assert.match(cause.cause.stack, /on-refused\.test\.js/);
    });

    it('is off by default', async (t) => {
      const { socket } = await subject.pair(t);
      safeSocket(socket).end();
      assert.equal('cause' in refuses(() => socket.write('x')), false);
    });
  });
}

describe('the options of safeSocket', () => {
  for (const [name, options, code] of [
    ['strict', { strict: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['trace', { trace: 'yes' }, 'ERR_INVALID_ARG_TYPE'],
    ['onRefused', { onRefused: 'ignore' }, 'ERR_INVALID_ARG_VALUE'],
    ['onRefused', { onRefused: 1 }, 'ERR_INVALID_ARG_VALUE'],
  ]) {
    it(`are checked first, and name ${name} of ${JSON.stringify(options)}`, async (t) => {
      const { socket } = await SUBJECTS[0].pair(t);
      assert.throws(() => safeSocket(socket, options), {
        name: 'TypeError',
        code,
        message: new RegExp(`options\\.${name}`),
      });
      assert.throws(() => safeSocket(1, options), { name: 'TypeError', code });
      socket.destroy();
      await once(socket, 'close');
    });
  }
});
