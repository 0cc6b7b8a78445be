'use strict';

/** What a process holds: the figures that must be flat. */

const fs = require('node:fs');
const process = require('node:process');
const v8 = require('node:v8');
const vm = require('node:vm');

const { owners } = require('../../../lib/native/events');

const MIB = 1 << 20;

/**
 * How much more each may be in the end than in the beginning. Descriptors, sockets and handles: none at all.
 * `native` is what is resident and not V8's heap, whose young generation comes and goes in steps of 16 MiB.
 */
const BOUNDS = { native: 24 * MIB, heap: MIB, external: 2 * MIB, descriptors: 0, sockets: 0, handles: 0 };

/** @typedef {Record<keyof typeof BOUNDS, number>} Resources */

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');

/** @returns {Promise<Resources>} after the garbage is gone */
async function resources() {
  for (let i = 0; i < 5; i += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    native: rss - v8.getHeapStatistics().total_physical_size,
    heap: heapUsed,
    external,
    descriptors: process.platform === 'linux' ? fs.readdirSync('/proc/self/fd').length : 0,
    sockets: owners.filter(Boolean).length,
    handles: process.getActiveResourcesInfo().filter((name) => !/^(Timeout|Immediate)$/.test(name)).length,
  };
}

/**
 * Compares the median of the last third of the rounds with that of the first third, the warm-up left out: a figure that
 * jumps for a round is no leak, and a leak grows in every round.
 *
 * @param {Resources[]} rounds what was held after each; the first is the warm-up
 * @returns {string[]} what has grown beyond its bound
 */
function growth([, ...rounds]) {
  const third = Math.ceil(rounds.length / 3);
  return Object.entries(BOUNDS)
    .map(([name, bound]) => {
      const figures = rounds.map((held) => held[name]);
      return { name, bound, more: median(figures.slice(-third)) - median(figures.slice(0, third)) };
    })
    .filter(({ bound, more }) => more > bound)
    .map(({ name, bound, more }) => `${name} grew by ${more}, and may by ${bound}`);
}

/** @param {number[]} figures */
function median(figures) {
  return figures.toSorted((a, b) => a - b)[figures.length >> 1];
}

module.exports = { growth, resources };
