'use strict';

/**
 * Node's own timers and ticks, taken when the package is loaded. Test libraries put a clock of their own in their place,
 * which stands still until the test moves it: sockets of `net` do not notice, and neither may ours.
 */

const { performance } = require('node:perf_hooks');
const { clearImmediate, clearTimeout, setImmediate, setTimeout } = require('node:timers');

const { nextTick } = process;
const nowMs = performance.now.bind(performance);

module.exports = { clearImmediate, clearTimeout, nextTick, nowMs, setImmediate, setTimeout };
