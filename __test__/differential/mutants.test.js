'use strict';

/** What the differential test can see: sockets of `net` that are damaged, each in one way, are all found out. */

const assert = require('node:assert');
const { test, describe, after } = require('node:test');

const { compareMany } = require('./compare');
const { mutants } = require('./mutants');
const { mutated, subjectNamed } = require('./subjects');

const COUNT = 500;
/** One with which the rarest of them is met soon, after 39 scenarios. */
const SEED = 3;

describe('random scenarios', () => {
  for (const [name, mutate] of Object.entries(mutants)) {
    test(`find a socket that ${name}`, async () => {
      const subject = mutated(subjectNamed('net'), mutate);
      const { divergence } = await compareMany(subject, { seed: SEED, count: COUNT, shrink: false });
      assert.ok(divergence !== undefined, 'nothing differed');
    });
  }
});

// The connections that tell when all is quiet stay open, and Node keeps what it imported from `net` alive.
after(() => setImmediate(() => process.exit()).unref());
