'use strict';

/** What a process holds: the figures that must be flat. */

const fs = require('node:fs');
const process = require('node:process');
const v8 = require('node:v8');
const vm = require('node:vm');

const { ours } = require('../../lib/open-sockets');

const MIB = 1 << 20;

/** How much more each may be in the end than after the warm-up. Descriptors, sockets and handles: none at all. */
const BOUNDS = { rss: 24 * MIB, heap: MIB, external: 2 * MIB, descriptors: 0, sockets: 0, handles: 0 };

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
    rss,
    heap: heapUsed,
    external,
    descriptors: process.platform === 'linux' ? fs.readdirSync('/proc/self/fd').length : 0,
    sockets: ours.size,
    handles: process.getActiveResourcesInfo().filter((name) => !/^(Timeout|Immediate)$/.test(name)).length,
  };
}

/**
 * @param {Resources} before
 * @param {Resources} after
 * @returns {string[]} what has grown beyond its bound
 */
function growth(before, after) {
  return Object.entries(BOUNDS)
    .map(([name, bound]) => ({ name, bound, more: after[name] - before[name] }))
    .filter(({ bound, more }) => more > bound)
    .map(({ name, bound, more }) => `${name} grew by ${more}, and may by ${bound}`);
}

module.exports = { growth, resources };
