'use strict';

/** What a program can see of the guard: nothing. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const { describe, it } = require('node:test');
const { inspect } = require('node:util');

const { safeSocket } = require('../../lib/safe-socket');
const { refuses } = require('../support/refusal');
const { acceptedByNet, acceptedByTls } = require('../support/subjects');

const same = (socket) => socket;
const SUBJECTS = [acceptedByNet('a net.Socket', true, same), acceptedByTls('a tls.TLSSocket', true, same)];

/**
 * @param {any} socket
 */
function looksOf(socket) {
  return {
    // Counters and timers move by themselves.
    inspected: inspect(socket, { depth: 0 }),
    keys: Reflect.ownKeys(Object.fromEntries(Object.entries(socket))),
    symbols: Object.getOwnPropertySymbols(socket).filter((key) =>
      Object.prototype.propertyIsEnumerable.call(socket, key),
    ),
    spread: Object.keys({ ...socket }),
    json: socket.toJSON === undefined,
    events: socket.eventNames().map((name) => [name, socket.listenerCount(name)]),
    prototype: Object.getPrototypeOf(socket),
    constructor: socket.constructor,
  };
}

for (const subject of SUBJECTS) {
  describe(`${subject.name}, when it is guarded`, { timeout: 150_000 }, () => {
    it('keeps util.inspect, its enumerable properties and its listeners', async (t) => {
      const { socket } = await subject.pair(t);
      const before = looksOf(socket);
      assert.equal(safeSocket(socket), socket);
      assert.deepEqual(looksOf(socket), before);
    });

    it("looks after the peer's FIN as any socket of net does", async (t) => {
      const looks = [];
      for (const take of [same, safeSocket]) {
        const { socket, peer } = await subject.pair(t);
        take(socket).resume();
        const ended = once(socket, 'end');
        peer.end();
        await ended;
        looks.push([Object.keys(socket), socket.write.name, socket.write.length]);
      }
      assert.deepEqual(looks[1], looks[0]);
    });

    it('is guarded once, however often', async (t) => {
      const { socket } = await subject.pair(t);
      const { write } = safeSocket(socket);
      assert.equal(safeSocket(socket).write, write);
    });

    it('lets a tool define its own write, and stays under the contract', async (t) => {
      const { socket, peer } = await subject.pair(t);
      safeSocket(socket);
      const { write } = socket;
      Object.defineProperty(socket, 'write', {
        configurable: true,
        writable: true,
        enumerable: true,
        value(...args) {
          return write.apply(this, args);
        },
      });
      socket.resume();
      const finished = once(socket, 'finish');
      peer.end();
      await finished;
      refuses(() => socket.write('x'), { endedBy: 'peer' });
    });

    it('hears a tool that patches the prototype later', async (t) => {
      const { socket } = await subject.pair(t);
      safeSocket(socket);
      let heard = 0;
      net.Socket.prototype.write = function (...args) {
        heard += 1;
        return Object.getPrototypeOf(net.Socket.prototype).write.apply(this, args);
      };
      t.after(() => delete net.Socket.prototype.write);
      socket.write('x');
      assert.equal(heard, 1);
      socket.end();
      refuses(() => socket.write('x'));
      assert.equal(heard, 1);
    });

    it('corks, uncorks and gathers as before', async (t) => {
      const { socket, peer } = await subject.pair(t);
      const received = [];
      peer.on('data', (chunk) => received.push(chunk));
      safeSocket(socket).cork();
      socket.write('a');
      socket.write('b');
      assert.equal(socket.writableLength, 2);
      socket.uncork();
      socket.end('c');
      await once(peer, 'end');
      assert.equal(Buffer.concat(received).toString(), 'abc');
    });

    it('finishes and destroys itself by destroySoon()', async (t) => {
      const { socket, peer } = await subject.pair(t);
      const received = [];
      peer.on('data', (chunk) => received.push(chunk));
      safeSocket(socket).write('last');
      socket.destroySoon();
      refuses(() => socket.write('x'), { endedBy: 'local' });
      await once(socket, 'close');
      if (!peer.readableEnded) await once(peer, 'end');
      assert.equal(Buffer.concat(received).toString(), 'last');
    });

    it('names the abort of an AbortSignal as the cause', async (t) => {
      const { socket } = await subject.pair(t);
      const { addAbortSignal } = require('node:stream');
      const controller = new AbortController();
      addAbortSignal(controller.signal, safeSocket(socket));
      socket.on('error', () => {});
      controller.abort();
      assert.equal(refuses(() => socket.write('x'), { endedBy: 'error' }).cause.name, 'AbortError');
    });
  });
}
