'use strict';

const { once } = require('node:events');

const { abortError } = require('../errors/net');
const { validateAbortSignal } = require('../errors/validate');
const { normalizeArgs } = require('../socket/args');
const { connect: connectNow } = require('../socket/create-connection');
const { disposable } = require('./dispose');

/** @import { RustSocket } from '../socket/socket' */

/** Until the caller has the socket, its errors are the promise's. */
function ignore() {}

/**
 * @param {...unknown} args those of `net.connect()`. Of the options, `signal` gives up connecting, and means nothing afterwards
 * @returns {Promise<RustSocket>} a connected socket; rejects with the error of the connection, or an `AbortError`
 */
async function connect(...args) {
  const [{ signal, ...options }] = normalizeArgs(args);
  validateAbortSignal(signal, 'options.signal');
  if (signal?.aborted) throw abortError(signal);
  const socket = connectNow(options).on('error', ignore);
  try {
    await once(socket, 'connect', { signal });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  socket.off('error', ignore);
  return disposable(socket);
}

module.exports = { connect };
