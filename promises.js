'use strict';

/** `safe-socket/promises`: what waits, as promises. */

const { closeGracefully, delivered, flushBeforeExit } = require('./lib/on-demand');
const { connect } = require('./lib/promises/connect');
const { connections } = require('./lib/promises/connections');
const { listen } = require('./lib/promises/listen');
const { write } = require('./lib/promises/write');

module.exports = { closeGracefully, connect, connections, delivered, flushBeforeExit, listen, write };
