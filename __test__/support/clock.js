'use strict';

/** A clock that tests stop. The package takes the clock when it is loaded: this file comes first. */

const process = require('node:process');

const { hrtime } = process;
/** @type {[number, number] | null} */
let stopped = null;

process.hrtime = Object.assign((/** @type {any} */ since) => stopped ?? hrtime(since), { bigint: hrtime.bigint });

const clock = {
  stop() {
    stopped = hrtime();
  },

  /** @param {number} ms by which a stopped clock goes on, below a second */
  advance(ms) {
    if (stopped === null) throw new Error('the clock runs');
    const [seconds, nanoseconds] = stopped;
    const later = nanoseconds + ms * 1e6;
    stopped = later < 1e9 ? [seconds, later] : [seconds + 1, later - 1e9];
  },

  start() {
    stopped = null;
  },
};

module.exports = { clock };
