'use strict';

const { endingOf } = require('../contract/ending');
const { validateSocket } = require('./delivered');
const { lookAt } = require('./look');
const { netError } = require('../errors/net');
const { errnoError } = require('../errors/system');

/**
 * Is the other side still there? Asks the kernel now, without reading anything: a FIN or a reset is seen that waits
 * behind unread data, or while the socket is paused.
 *
 * @param {any} socket of this package, of `net`, or of `tls`
 * @returns {'open' | 'half-closed' | 'reset' | undefined} `'half-closed'`: its FIN has arrived. Undefined: there is no
 *   connection to ask about, not yet or no more
 * @throws {Error} `ERR_FEATURE_UNAVAILABLE_ON_PLATFORM`
 */
function peerState(socket) {
  validateSocket(socket);
  if (socket.connecting) return undefined;
  const look = lookAt(socket);
  if (look === null) return endingOf(socket)?.endedBy === 'reset' ? 'reset' : undefined;
  if (typeof look === 'object') return look.peer;
  const error = errnoError(look, 'poll');
  if (error.code === 'EBADF') return undefined;
  throw error.code === 'ENOTSUP' ? netError('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'peerState') : error;
}

module.exports = { peerState };
