'use strict';

/**
 * The part of the differential test that runs every time: a few hundred fresh scenarios, and the mutants that show
 * what the comparison can see. `npm run test:differential` runs many more.
 */

const assert = require('node:assert');
const { test, describe, after } = require('node:test');

const { compareMany, explain } = require('./compare');
const { mutants } = require('./mutants');
const { subjectNamed, mutated } = require('./subjects');

const COUNT = 300;
const MUTANT_COUNT = 500;
const MUTANT_SEED = 1;
const MAX_SET_ASIDE = 0.1;

const seed = Number(process.env.SAFE_SOCKET_SEED ?? Math.trunc(Math.random() * 2 ** 31));

describe('random scenarios', () => {
  test(`leave the same trace as on net (SAFE_SOCKET_SEED=${seed})`, async (t) => {
    const { compared, setAside, divergence } = await compareMany(subjectNamed('package'), { seed, count: COUNT });
    t.diagnostic(`seed ${seed}: compared ${compared}, set aside because a run is not like the others: ${setAside}`);
    assert.ok(divergence === undefined, divergence && explain(divergence));
    assert.ok(setAside <= MAX_SET_ASIDE * (compared + setAside), `${setAside} scenarios vary`);
  });

  for (const [name, mutate] of Object.entries(mutants)) {
    test(`find a socket that ${name}`, async () => {
      const subject = mutated(subjectNamed('net'), mutate);
      const options = { seed: MUTANT_SEED, count: MUTANT_COUNT, shrink: false };
      const { divergence } = await compareMany(subject, options);
      assert.ok(divergence !== undefined, 'nothing differed');
    });
  }
});

// The connections that tell when all is quiet stay open, and Node keeps what it imported from `net` alive.
after(() => setImmediate(() => process.exit()).unref());
