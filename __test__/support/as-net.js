'use strict';

/** Cases that are told apart by what they come to: on this package it is what it is on `net`, in the same run. */

const assert = require('node:assert/strict');
const net = require('node:net');
const process = require('node:process');
const { describe, test } = require('node:test');

const safe = require('../..');

const VERSION = Number.parseInt(process.versions.node);

/**
 * @param {string} whose
 * @param {Record<string, (implementation: typeof net, t: import('node:test').TestContext) => Promise<unknown>>} cases
 * @param {Record<string, number>} since which Node knows them, if an older one does not; ours does, everywhere
 */
function testAsNet(whose, cases, since) {
  describe(whose, { timeout: 150_000 }, () => {
    for (const [title, perform] of Object.entries(cases)) {
      test(title, { skip: VERSION < since[title] }, async (t) => {
        const expected = await perform(net, t);
        assert.deepEqual(await perform(/** @type {any} */ (safe), t), expected);
      });
    }
  });
}

module.exports = { testAsNet };
