'use strict';

/** Length of the body and id of the request, 32 bits each. */
const HEADER_BYTES = 8;
/** Id and SHA-1. */
const ANSWER_BYTES = 24;

/**
 * @param {number} seed
 * @returns {() => number} a generator of 32-bit numbers (xorshift)
 */
function random(seed) {
  let state = Math.imul(seed, 0x9e37_79b1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}

module.exports = { ANSWER_BYTES, HEADER_BYTES, random };
