'use strict';

const { normalizeArgs } = require('./args');
const { Socket } = require('./socket');

/** @import { RustSocket } from './socket' */

/**
 * @param {...unknown} args those of `socket.connect()`; the options are the constructor's too, and `timeout`
 * @returns {RustSocket} a socket that is being connected
 */
function connect(...args) {
  const normalized = normalizeArgs(args);
  const [options] = normalized;
  const socket = new Socket(options);
  if (options.timeout) socket.setTimeout(options.timeout);
  return socket.connect(normalized);
}

module.exports = { connect };
