'use strict';

/** The piece of Node's Buffer pool that native code puts short messages into, as lib/native/pool.js relies on it. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const process = require('node:process');
const { test } = require('node:test');

const { native } = require('../../lib/native/addon');

/** The longest message that is put there. */
const LONGEST = 1_024;

test('a short message is put where the piece is, and nothing around it is touched', async (t) => {
  const { refill, receive } = await stream(t);
  const memory = Buffer.alloc(4_096, '.');
  refill(memory.subarray(64, 2_048));
  assert.deepEqual(await receive('hello'), { offset: 0, length: 5 });
  assert.equal(memory.toString('latin1', 0, 80), `${'.'.repeat(64)}hello${'.'.repeat(11)}`);
});

test('the next one follows, at a multiple of eight', async (t) => {
  const { refill, receive } = await stream(t);
  const piece = Buffer.alloc(2_048, '.');
  refill(piece);
  assert.deepEqual(await receive('hello'), { offset: 0, length: 5 });
  assert.deepEqual(await receive('12345678'), { offset: 8, length: 8 });
  assert.deepEqual(await receive('world'), { offset: 16, length: 5 });
  assert.equal(piece.toString('latin1', 0, 24), 'hello...12345678world...');
});

test(`a message of ${LONGEST} bytes is short, and a longer one is in the slab`, async (t) => {
  const { refill, receive } = await stream(t);
  refill(Buffer.alloc(4_096));
  assert.deepEqual(await receive('x'.repeat(LONGEST)), { offset: 0, length: LONGEST });
  assert.equal(await receive('y'.repeat(LONGEST + 1)), 'y'.repeat(LONGEST + 1));
  assert.deepEqual(await receive('z'), { offset: LONGEST, length: 1 });
});

test('a piece that lacks the room is given up, also for what would have had room', async (t) => {
  const { refill, receive } = await stream(t);
  const piece = Buffer.alloc(20, '.');
  refill(piece);
  assert.deepEqual(await receive('0123456789'), { offset: 0, length: 10 });
  assert.equal(await receive('01234'), '01234');
  assert.equal(await receive('0'), '0');
  assert.equal(piece.toString(), '0123456789..........');
  refill(Buffer.alloc(20));
  assert.deepEqual(await receive('0123'), { offset: 0, length: 4 });
});

test('memory that is detached is not written to', async (t) => {
  const { refill, receive } = await stream(t);
  const piece = Buffer.from(new ArrayBuffer(4_096));
  refill(piece);
  assert.deepEqual(await receive('before'), { offset: 0, length: 6 });
  const moved = Buffer.from(structuredClone(piece.buffer, { transfer: [piece.buffer] }));
  assert.equal(await receive('after'), 'after');
  assert.equal(moved.toString('latin1', 0, 16), `before${'\0'.repeat(10)}`);
});

test('memory that has shrunk is not written to beyond its end', async (t) => {
  const { refill, receive } = await stream(t);
  const memory = new /** @type {any} */ (ArrayBuffer)(4_096, { maxByteLength: 4_096 });
  refill(new Uint8Array(memory, 0, 4_096));
  assert.deepEqual(await receive('before'), { offset: 0, length: 6 });
  memory.resize(8);
  assert.equal(await receive('after'), 'after');
});

test('what is no memory of its own is refused', async (t) => {
  const { refill, slab } = await stream(t);
  const refusal = { code: 'InvalidArg', message: 'the piece of the pool must be a Uint8Array of memory of its own' };
  for (const wrong of [undefined, null, 42, 'text', {}, [], new ArrayBuffer(8), new Uint16Array(8)]) {
    assert.throws(() => refill(wrong), refusal);
  }
  for (const own of [slab, slab.subarray(slab.length - 1), new Uint8Array(slab.buffer, slab.byteOffset, 1)]) {
    assert.throws(() => refill(own), refusal);
  }
});

/**
 * A connected stream with listeners of its own.
 *
 * @param {import('node:test').TestContext} t
 */
async function stream(t) {
  const binding = /** @type {any} */ (native());
  const slab = Buffer.allocUnsafeSlow(64 * 1024);
  /** @type {(what: unknown) => void} */
  let heard = () => {};
  const next = () => new Promise((resolve) => (heard = resolve));
  const listeners = {
    onread: (/** @type {number} */ _id, /** @type {number} */ nread) => heard(slab.toString('latin1', 0, nread)),
    onshort: (/** @type {number} */ _id, /** @type {number} */ place) =>
      heard({ offset: place >>> lengthBits, length: place & ((1 << lengthBits) - 1) }),
    onconnect: (/** @type {number} */ _id, /** @type {number} */ status) => heard(status),
    onclose: () => heard('closed'),
    onwritable() {},
    onshutdown() {},
    onconnection() {},
    accept: () => ({}),
  };
  const useThread = process.env.SAFE_SOCKET_DRIVER === 'thread';
  const { realm, lease, shortBytes, lengthBits } = binding.start(useThread, slab, listeners, true, {});
  assert.equal(shortBytes, LONGEST);

  const server = net.createServer();
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const accepted = once(server, 'connection');
  const id = binding.streamCreate(realm, false);
  binding.streamAttach(id, {}, 'TCPWRAP');
  t.after(async () => {
    const closed = next();
    binding.streamClose(id);
    await closed;
    assert.ok(lease);
  });
  const connected = next();
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  assert.equal(binding.streamConnect(id, '127.0.0.1', port), 0);
  assert.equal(await connected, 0);
  const [peer] = await accepted;
  t.after(() => peer.destroy());
  assert.equal(binding.streamReadStart(id), 0);
  return {
    slab,
    refill: (/** @type {unknown} */ piece) => binding.refillPool(realm, piece),
    /** @param {string} message what the peer sends; resolves to where it is, or to the text where it is in the slab */
    receive(message) {
      const received = next();
      peer.write(message, 'latin1');
      return received;
    },
  };
}
