'use strict';

/** The two factories of `net`. */

const { normalizeArgs } = require('./socket/args');
const { Server } = require('./server/server');
const { Socket } = require('./socket/socket');

/**
 * @param {...any} args those of `socket.connect()`; the options are the constructor's too, and `timeout`
 * @returns {any} a socket that is being connected
 */
function connect(...args) {
  const normalized = normalizeArgs(args);
  const [options] = normalized;
  const socket = new Socket(options);
  if (options.timeout) socket.setTimeout(options.timeout);
  return socket.connect(normalized);
}

/**
 * @param {any} [options]
 * @param {Function} [connectionListener]
 * @returns {any}
 */
function createServer(options, connectionListener) {
  return new Server(options, connectionListener);
}

module.exports = { connect, createServer };
