'use strict';

const { normalizeArgs } = require('../socket/args');
const { connect: connectNow } = require('../net');
const { abortable } = require('./abortable');
const { disposable } = require('./dispose');

/**
 * @param {...any} args those of `net.connect()`. Of the options, `signal` gives up connecting, and means nothing afterwards
 * @returns {Promise<any>} a connected socket; rejects with the error of the connection, or an `AbortError`
 */
async function connect(...args) {
  const [{ signal, ...options }] = /** @type {[any, unknown]} */ (normalizeArgs(args));
  /** @type {any} */
  let socket;
  /** @type {any} */
  let failed;
  try {
    await abortable(signal, (resolve, reject) => {
      socket = connectNow(options);
      failed = reject;
      socket.once('connect', resolve).on('error', failed);
    });
  } catch (error) {
    socket?.destroy();
    throw error;
  }
  socket.off('error', failed);
  return disposable(socket);
}

module.exports = { connect };
