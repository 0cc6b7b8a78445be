'use strict';

const { endingOf } = require('../contract/ending');
const { SocketAlreadyEndedError } = require('../contract/refused-error');
const { nowMs } = require('../node/clock');

/**
 * The connection ended before what was written had arrived.
 *
 * @param {object} details
 * @param {import('node:net').Socket} details.socket
 * @param {import('../contract/refused-error').EndedBy} details.endedBy
 * @param {unknown} details.cause the error that ended the socket
 * @param {number | undefined} details.bytesUndelivered undefined where nobody knows
 * @param {Function} details.cutoff
 * @returns {Error}
 */
function undeliveredError({ socket, endedBy, cause, bytesUndelivered, cutoff }) {
  const time = endingOf(socket)?.time;
  const error = new SocketAlreadyEndedError({
    operation: 'delivered',
    endedBy,
    endedAgoMs: time === undefined ? undefined : Math.floor(nowMs() - time),
    cause,
    bytesWritten: socket.bytesWritten,
  });
  error.message += ` ${outcome(bytesUndelivered)}`;
  Error.captureStackTrace(error, cutoff);
  return Object.assign(error, { bytesUndelivered });
}

/**
 * @param {number | undefined} bytesUndelivered
 * @returns {string}
 */
function outcome(bytesUndelivered) {
  if (bytesUndelivered === undefined) return 'Not everything was delivered, as far as is known.';
  return `${bytesUndelivered} ${bytesUndelivered === 1 ? 'byte was' : 'bytes were'} not delivered.`;
}

module.exports = { undeliveredError };
