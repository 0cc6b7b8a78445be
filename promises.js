'use strict';

/** `safe-socket/promises`: what waits, as promises. */

require('./lib/delivery/at-end');
const { closeGracefully } = require('./lib/delivery/close-gracefully');
const { delivered } = require('./lib/delivery/delivered');
const { flushBeforeExit } = require('./lib/delivery/flush-before-exit');
const { connect } = require('./lib/promises/connect');
const { connections } = require('./lib/promises/connections');
const { listen } = require('./lib/promises/listen');
const { write } = require('./lib/promises/write');

module.exports = { closeGracefully, connect, connections, delivered, flushBeforeExit, listen, write };
