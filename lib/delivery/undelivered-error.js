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
  const code = /** @type {{ code?: unknown } | null | undefined} */ (cause)?.code;
  const error = new SocketAlreadyEndedError({
    operation: 'delivered',
    endedBy,
    causeCode: typeof code === 'string' ? code : undefined,
    elapsedMs: time === undefined ? undefined : Math.floor(nowMs() - time),
    bytesRefused: 0,
    bytesUndelivered,
    cause,
    bytesWritten: socket.bytesWritten,
  });
  Error.captureStackTrace(error, cutoff);
  return error;
}

module.exports = { undeliveredError };
