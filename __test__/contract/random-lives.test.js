'use strict';

/**
 * Random lives of a socket. At every step: `writable === false` exactly when `write()` throws, a refused call leaves
 * no trace, and in the end the other side has received a prefix of what was accepted, every accepted callback was called
 * once, and no refused one.
 */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const fc = require('fast-check');
const { describe, it } = require('node:test');

const { safeSocket } = require('../../lib/safe-socket');
const { refusal, turns } = require('../support/refusal');
const { acceptedBy, acceptedByNet, acceptedByTls } = require('../support/subjects');

const RUNS = Number(process.env.SAFE_SOCKET_TEST_RUNS ?? 60);
const SEED = Number(process.env.SAFE_SOCKET_TEST_SEED ?? 20_261_122);

const loosely = (socket) => safeSocket(socket, { strict: false });
const SUBJECTS = [
  acceptedByNet('a guarded net.Socket', true, safeSocket),
  acceptedByNet('a guarded net.Socket, not strict', false, loosely),
  acceptedByTls('a guarded tls.TLSSocket', true, safeSocket),
  acceptedByTls('a guarded tls.TLSSocket, not strict', false, loosely),
  acceptedBy(require('../..'), 'a Rust-backed socket', true, safeSocket),
  acceptedBy(require('../..'), 'a Rust-backed socket, not strict', false, loosely),
];

/** What can happen to a socket. Each gets the life it happens in. */
const STEPS = {
  write: (life) => life.call('write', 'w'.repeat(3)),
  writeMuch: (life) => life.call('write', Buffer.alloc(100_000, 'm')),
  writeNothing: (life) => life.call('write', ''),
  end: (life) => life.call('end'),
  endWithData: (life) => life.call('end', 'e'.repeat(5)),
  destroy: ({ socket }) => socket.destroy(),
  destroyWithError: ({ socket }) => socket.destroy(new Error('enough')),
  destroySoon: ({ socket }) => socket.destroySoon(),
  cork: ({ socket }) => socket.cork(),
  uncork: ({ socket }) => socket.uncork(),
  pause: ({ socket }) => socket.pause(),
  resume: ({ socket }) => socket.resume(),
  peerWrites: ({ peer }) => peer.writable && peer.write('p'),
  peerEnds: ({ peer }) => peer.end(),
  // Node leaks the handle of a socket that is reset while its shutdown is under way.
  peerResets: ({ wire }) => wire.writableEnded || wire.resetAndDestroy(),
  tick: () => new Promise(process.nextTick),
  turn: () => turns(1),
};

class Life {
  /** @type {Record<string, number>} how often each callback was called, by what it was given to */
  settled = {};
  accepted = '';
  received = '';
  count = 0;

  constructor({ socket, peer, wire }, strict) {
    Object.assign(this, { socket, peer, wire, strict });
    socket.on('error', () => {});
    peer.on('data', (chunk) => {
      this.received += chunk.toString('latin1');
    });
  }

  call(operation, data) {
    const { socket } = this;
    const { writable } = socket;
    const id = `${operation}-${(this.count += 1)}`;
    const callback = () => {
      this.settled[id] += 1;
    };
    const before = this.traces();
    const mayRefuse = operation === 'write' || data !== undefined || this.strict;
    if (!writable && mayRefuse) {
      refusal(() => socket[operation](data, callback));
      assert.deepEqual(this.traces(), before, `${operation} left a trace`);
      return;
    }
    this.settled[id] = 0;
    socket[operation](data, callback);
    if (writable && data !== undefined) this.accepted += data.toString('latin1');
  }

  traces() {
    const { socket } = this;
    const { writable, writableEnded, writableLength, writableCorked, destroyed, errored, bytesWritten } = socket;
    return { writable, writableEnded, writableLength, writableCorked, destroyed, errored, bytesWritten };
  }

  async finish() {
    const { socket } = this;
    while (socket.writableCorked > 0) socket.uncork();
    const closed = socket.closed ? undefined : once(socket, 'close').catch(() => {});
    socket.destroy();
    await closed;
    await turns(3);
    assert.ok(this.accepted.startsWith(this.received), 'the other side received something else than what was accepted');
    for (const [id, count] of Object.entries(this.settled)) assert.equal(count, 1, `callback of ${id}`);
  }
}

for (const subject of SUBJECTS) {
  describe(`${subject.name}, whatever happens to it`, { timeout: 120_000 }, () => {
    it('has writable === false exactly when write() throws, and settles every callback that it accepted', async (t) => {
      const steps = fc.array(fc.constantFrom(...Object.keys(STEPS)), { maxLength: 14 });
      const property = fc.asyncProperty(steps, async (names) => {
        const cleanups = [];
        const scope = { after: (cleanup) => cleanups.push(cleanup) };
        try {
          const life = new Life(await subject.pair(scope), subject.strict);
          for (const name of names) await STEPS[name](life);
          life.call('write', 'last');
          await life.finish();
        } finally {
          for (const cleanup of cleanups) cleanup();
        }
      });
      await fc.assert(property, { numRuns: RUNS, seed: SEED });
      t.diagnostic(`${RUNS} lives, seed ${SEED}`);
    });
  });
}
