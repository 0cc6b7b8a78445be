'use strict';

/** Test libraries stop Node's clock. Sockets go on, as those of `net` do. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const { describe, it } = require('node:test');

const safe = require('../..');
const { connected } = require('../support/connection');

const IMPLEMENTATIONS = { net, 'safe-socket': safe };

/** More than the kernel takes at once. */
const LARGE_BYTES = 8 * 1024 * 1024;

/**
 * As `jest.useFakeTimers()` does: `process.nextTick` waits to be run by hand.
 *
 * @param {any} t
 */
function stopTicks(t) {
  const { nextTick } = process;
  const goOn = () => {
    process.nextTick = nextTick;
  };
  t.after(goOn);
  process.nextTick = /** @type {any} */ (() => {});
  return goOn;
}

for (const [name, implementation] of Object.entries(IMPLEMENTATIONS)) {
  describe(`with the clock stopped, ${name}`, () => {
    it("emits 'timeout'", async (t) => {
      const { socket } = await connected(t, implementation.connect, implementation.createServer());
      t.mock.timers.enable();
      socket.setTimeout(20);
      await once(socket, 'timeout');
    });

    it('finishes a write that the kernel takes in parts', async (t) => {
      const { socket, peer } = await connected(t, implementation.connect, implementation.createServer());
      t.mock.timers.enable();
      peer.resume();
      socket.end(Buffer.alloc(LARGE_BYTES));
      await once(peer, 'end');
      assert.equal(peer.bytesRead, LARGE_BYTES);
    });

    it('sends every write of a tick', async (t) => {
      const { socket, peer } = await connected(t, implementation.connect, implementation.createServer());
      let text = '';
      const all = new Promise((resolve) => {
        peer.on('data', (/** @type {Buffer} */ chunk) => {
          text += chunk;
          if (text.length === 3) resolve(undefined);
        });
      });
      const goOn = stopTicks(t);
      for (const letter of ['a', 'b', 'c']) socket.write(letter);
      await all;
      goOn();
      assert.equal(text, 'abc');
    });
  });
}
