'use strict';

const { kState } = require('../contract/record');
const { foreignSockets } = require('../guard/open-sockets');
const { owners } = require('../native/events');
const { delivered, validateOptions } = require('./delivered');

/** @import { Socket } from 'node:net' */
/** @import { Events } from '../native/events' */
/** @import { RustSocket } from '../socket/socket' */

/**
 * @typedef {object} Flush
 * @property {number} delivered sockets of which everything has arrived
 * @property {Array<{ socket: Socket, error: Error }>} failed the others, with the reason: as `delivered()` rejects
 */

/**
 * Waits until everything that was written has arrived, on every socket of this package and on every guarded one of
 * Node's: under `register`, on all. For the end of a process:
 *
 *     process.once('SIGTERM', async () => { await flushBeforeExit({ timeout: 5000 }); process.exit(); });
 *
 * @param {import('./delivered').DeliveredOptions} [options]
 * @returns {Promise<Flush>} never later than the timeout
 */
async function flushBeforeExit(options = {}) {
  validateOptions(options);
  const sockets = openSockets();
  const outcomes = await Promise.allSettled(sockets.map((socket) => delivered(socket, options)));
  /** @type {Flush} */
  const flush = { delivered: 0, failed: [] };
  outcomes.forEach((outcome, index) => {
    if (outcome.status === 'fulfilled') flush.delivered += 1;
    // Node's sockets can be made of a pipe or a terminal as well: nobody knows what becomes of their bytes.
    else if (outcome.reason.code !== 'ENOTSOCK') flush.failed.push({ socket: sockets[index], error: outcome.reason });
  });
  return flush;
}

/** @returns {Socket[]} those of this environment that may have bytes on their way: ours, and guarded ones of Node's */
function openSockets() {
  return [...owners.filter(isOpenSocket), ...foreignSockets()];
}

/**
 * @param {Events | (Events & RustSocket) | undefined} owner
 * @returns {owner is Events & RustSocket}
 */
function isOpenSocket(owner) {
  return owner !== undefined && kState in owner && owner[kState].stream !== null;
}

module.exports = { flushBeforeExit };
