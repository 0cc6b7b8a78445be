'use strict';

/** A chunk of more than 4 GiB: what is left of it begins beyond what 32 bits can say. */

const assert = require('node:assert/strict');
const { constants } = require('node:buffer');
const { once } = require('node:events');
const { test } = require('node:test');

const { PendingWrite } = require('../../lib/socket/pending-write');
const { kState } = require('../../lib/contract/record');
const safe = require('../..');
const { connected } = require('../support/connection');

const FOUR_GIB = 2 ** 32;
const TAIL = 'the tail';

const skip = constants.MAX_LENGTH <= FOUR_GIB && 'this Node has no such buffers';

// Memory that is never touched, but for the tail, is never there.
const withTail = () => {
  const chunk = Buffer.from(new ArrayBuffer(FOUR_GIB + TAIL.length));
  chunk.write(TAIL, FOUR_GIB);
  return chunk;
};

for (const [name, more] of Object.entries({ 'one chunk': [], 'a vector': [' and more'] })) {
  test(`a write of ${name} goes on beyond 4 GiB where it stopped`, { skip }, async (t) => {
    const { socket, peer } = await connected(t, safe.connect);
    const chunks = [withTail(), ...more.map((text) => Buffer.from(text))];
    const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const pending = new PendingWrite(chunks, total, () => {});
    pending.skip(FOUR_GIB);
    const expected = [TAIL, ...more].join('');
    assert.equal(pending.send(socket[kState].stream), expected.length);
    const [received] = await once(peer, 'data');
    assert.equal(String(received), expected);
  });
}
