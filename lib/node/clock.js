'use strict';

/**
 * Node's own timers and ticks, taken when the package is loaded. Test libraries put a clock of their own in their place,
 * which stands still until the test moves it: sockets of `net` do not notice, and neither may ours.
 */

const { clearImmediate, clearTimeout, setImmediate, setTimeout } = require('node:timers');

const { hrtime, nextTick } = process;

/**
 * Monotonic, and without `perf_hooks`, which would cost whoever loads us half a millisecond.
 *
 * @returns {number} milliseconds since some moment
 */
function nowMs() {
  const [secs, nanos] = hrtime();
  return secs * 1e3 + nanos / 1e6;
}

module.exports = { clearImmediate, clearTimeout, nextTick, nowMs, setImmediate, setTimeout };
