'use strict';

/**
 * Garbage on purpose. V8 collects its young generation, which is quick, when that is full of objects; the bytes of a
 * Buffer lie outside and do not count. So a stream of large chunks lets it mark the whole heap instead, every 64 MiB,
 * and the kernel writes into memory that no cache has kept. With as many empty slots as fill the young
 * generation meanwhile the quick collection comes first (bench/NOTES.md, "Garbage on purpose").
 */

/** Above this a chunk weighs on the heap less than a sixteenth of what it holds outside of it. */
const LIGHT_BYTES = 8 * 1024;
/** V8 marks the whole heap when 64 MiB have been allocated outside of it; in time means well before. */
const BYTES_PER_COLLECTION = 40 * 1024 * 1024;
const LEAST_WEIGHT = 1 / 16;
const SLOT_BYTES = 8;
/** An array of more than 128 KiB does not begin its life in the young generation. */
const MOST_SLOTS = 8 * 1024;

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

/**
 * A chunk is about to be made: has the ballast that it needs weigh on the heap.
 *
 * @param {number} length of the chunk, in bytes
 */
function addBallast(length) {
  if (length <= LIGHT_BYTES) return;
  garbage.sinceLook += length;
  if (garbage.sinceLook > BYTES_PER_COLLECTION) {
    garbage.sinceLook = 0;
    garbage.weight = weigh();
  }
  for (let slots = Math.trunc((length * garbage.weight) / SLOT_BYTES); slots > 0; slots -= MOST_SLOTS) {
    garbage.ballast = new Array(Math.min(slots, MOST_SLOTS));
  }
}

/** The chunk is there. What survives a collection would make the young generation grow. */
function dropBallast() {
  garbage.ballast = null;
}

module.exports = { addBallast, dropBallast };
