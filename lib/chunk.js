'use strict';

/** What a reader gets: Buffers of exactly the size that was read. Short ones share Node's pool. */

const { Buffer } = require('node:buffer');

/** Above this a chunk weighs on the heap less than a sixteenth of what it holds outside of it. */
const LIGHT_BYTES = 8 * 1024;
/** V8 marks the whole heap when 64 MiB have been allocated outside of it; in time means well before. */
const BYTES_PER_COLLECTION = 40 * 1024 * 1024;
const LEAST_WEIGHT = 1 / 16;
const SLOT_BYTES = 8;
/** An array of more than 128 KiB does not begin its life in the young generation. */
const MOST_SLOTS = 8 * 1024;

/** What is taken from the pool at a time: half of it, but no more than this. Where it does not fit, Node leaves the rest unused. */
const MOST_PIECE_BYTES = 8 * 1024;

/** What the methods of a Buffer make new ones with: to call it costs half as much as `Buffer.from()`. */
const View = /** @type {new (memory: ArrayBufferLike, start: number, length: number) => Buffer} */ (
  Reflect.get(Buffer, Symbol.species)
);

/** Where native code puts short messages, and how it names the place: the length is in the lower bits. */
const piece = { memory: /** @type {ArrayBufferLike} */ (new ArrayBuffer(0)), start: 0, lengthBits: 0, isToBeHad: true };

/**
 * Garbage on purpose. V8 collects its young generation, which is quick, when that is full of objects; the bytes of a
 * Buffer lie outside and do not count. So a stream of large chunks lets it mark the whole heap instead, every 64 MiB,
 * and the kernel writes into memory that no cache has kept. With as many empty slots as fill the young
 * generation meanwhile the quick collection comes first (docs/performance.md, "What helped").
 */
const garbage = { ballast: /** @type {unknown[] | null} */ (null), weight: LEAST_WEIGHT, sinceLook: Infinity };

/**
 * The young generation grows with what survives in it. One that is too large to be filled is left alone.
 *
 * @returns {number} the bytes of ballast for a byte of a chunk
 */
function weigh() {
  // Here, for most programs never get this far.
  const young = require('node:v8')
    .getHeapSpaceStatistics()
    .find(({ space_name: name }) => name === 'new_space');
  const capacity = young === undefined ? 0 : young.space_used_size + young.space_available_size;
  const weight = capacity / BYTES_PER_COLLECTION;
  return weight > 1 ? LEAST_WEIGHT : Math.max(weight, LEAST_WEIGHT);
}

/** @param {number} length of a chunk, in bytes */
function balance(length) {
  garbage.sinceLook += length;
  if (garbage.sinceLook > BYTES_PER_COLLECTION) {
    garbage.sinceLook = 0;
    garbage.weight = weigh();
  }
  for (let slots = Math.trunc((length * garbage.weight) / SLOT_BYTES); slots > 0; slots -= MOST_SLOTS) {
    garbage.ballast = new Array(Math.min(slots, MOST_SLOTS));
  }
}

/**
 * @param {import('./native').EventLoop} loop whose slab has the bytes
 * @param {number} length in bytes
 * @returns {Buffer} a copy of the first `length` bytes; small ones share Node's pool
 */
function copyOf(loop, length) {
  if (length > LIGHT_BYTES) balance(length);
  else if (length <= loop.shortBytes) refillPool(loop);
  const chunk = Buffer.allocUnsafe(length);
  loop.slab.copy(chunk, 0, 0, length);
  // What survives a collection would make the young generation grow.
  garbage.ballast = null;
  return chunk;
}

/**
 * Short messages are copied on the native side already, where it costs next to nothing, into a piece of Node's pool. One
 * that comes by the slab found no room there, and the piece was given up.
 *
 * @param {import('./native').EventLoop} loop
 */
function refillPool({ binding, realm, shortBytes, lengthBits }) {
  const bytes = Math.min(Buffer.poolSize >>> 1, MOST_PIECE_BYTES);
  // A program that wants no pool has none.
  if (bytes < 2 * shortBytes || !piece.isToBeHad) return;
  // From half of the pool on, a Buffer has memory of its own.
  const fresh = Buffer.allocUnsafe(bytes - 1);
  // Some runtimes and hardened programs have no pool. Messages that share other memory than Node's would share the fate
  // of being transferred, too.
  piece.isToBeHad = fresh.buffer.byteLength > fresh.byteLength;
  if (!piece.isToBeHad) return;
  piece.memory = fresh.buffer;
  piece.start = fresh.byteOffset;
  piece.lengthBits = lengthBits;
  binding.refillPool(realm, fresh);
}

/**
 * @param {number} place in the piece of the pool, as native code names it
 * @returns {Buffer} the message that was put there
 */
function pooledAt(place) {
  const length = place & ((1 << piece.lengthBits) - 1);
  return new View(piece.memory, piece.start + (place >>> piece.lengthBits), length);
}

module.exports = { copyOf, pooledAt };
