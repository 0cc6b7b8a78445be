'use strict';

/** The part of the differential test that runs every time: fresh scenarios. `npm run test:differential` runs many more. */

const assert = require('node:assert');
const { test, describe, after } = require('node:test');

const { compareMany, explain } = require('./compare');
const { subjectNamed } = require('./subjects');

const COUNT = 150;
const MAX_SET_ASIDE = 0.1;

const seed = Number(process.env.SAFE_SOCKET_SEED ?? Math.trunc(Math.random() * 2 ** 31));

describe('random scenarios', () => {
  test(`leave the same trace as on net (SAFE_SOCKET_SEED=${seed})`, async (t) => {
    const { compared, setAside, divergence } = await compareMany(subjectNamed('package'), { seed, count: COUNT });
    t.diagnostic(`seed ${seed}: compared ${compared}, set aside because a run is not like the others: ${setAside}`);
    assert.ok(divergence === undefined, divergence && explain(divergence));
    assert.ok(setAside <= MAX_SET_ASIDE * (compared + setAside), `${setAside} scenarios vary`);
  });
});

// The connections that tell when all is quiet stay open, and Node keeps what it imported from `net` alive.
after(() => setImmediate(() => process.exit()).unref());
