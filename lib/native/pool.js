'use strict';

/** What a reader gets: Buffers of exactly the size that was read. Short ones share Node's pool. */

const { Buffer } = require('node:buffer');

const { addBallast, dropBallast } = require('./garbage');

/** What is taken from the pool at a time: half of it, but no more than this. Where it does not fit, Node leaves the rest unused. */
const MOST_PIECE_BYTES = 8 * 1024;

/** What the methods of a Buffer make new ones with: to call it costs half as much as `Buffer.from()`. */
const View = /** @type {new (memory: ArrayBufferLike, start: number, length: number) => Buffer} */ (
  Reflect.get(Buffer, Symbol.species)
);

/** Where native code puts short messages, and how it names the place: the length is in the lower bits. */
const piece = { memory: /** @type {ArrayBufferLike} */ (new ArrayBuffer(0)), start: 0, lengthBits: 0, isToBeHad: true };

/**
 * @param {import('./addon').EventLoop} loop whose slab has the bytes
 * @param {number} length in bytes
 * @returns {Buffer} a copy of the first `length` bytes; small ones share Node's pool
 */
function copyOf(loop, length) {
  if (length <= loop.shortBytes) refillPool(loop);
  addBallast(length);
  const chunk = Buffer.allocUnsafe(length);
  loop.slab.copy(chunk, 0, 0, length);
  dropBallast();
  return chunk;
}

/**
 * Short messages are copied on the native side already, where it costs next to nothing, into a piece of Node's pool. One
 * that comes by the slab found no room there, and the piece was given up.
 *
 * @param {import('./addon').EventLoop} loop
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
