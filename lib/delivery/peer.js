'use strict';

/** What the kernel knows of the peer and of the connection, asked now. */

const { endingOf } = require('../contract/ending');
const { kState } = require('../contract/record');
const { netError } = require('../errors/net');
const { errnoError } = require('../errors/system');
const { native } = require('../native/addon');
const { descriptorOf } = require('../node/handle');
const { validateSocket } = require('./delivered');
const { isOurs, snapshotOf } = require('./snapshot');

/** @typedef {import('../native/binding').ConnectionInfo} TcpInfo */

/** What a socket answers that is not TCP. */
const NOT_TCP = ['ENOTSUP', 'EOPNOTSUPP', 'ENOPROTOOPT'];

/**
 * Is the peer still there? Asks the kernel now, without reading anything: a FIN or a reset is seen that waits
 * behind unread data, or while the socket is paused.
 *
 * @param {import('node:net').Socket} socket of this package, of `net`, or of `tls`
 * @returns {'open' | 'half-closed' | 'reset' | undefined} `'half-closed'`: its FIN has arrived. Undefined: there is no
 *   connection to ask about, not yet or no more
 * @throws {Error} `ERR_FEATURE_UNAVAILABLE_ON_PLATFORM`
 */
function peerState(socket) {
  validateSocket(socket);
  if (socket.connecting) return undefined;
  const seen = snapshotOf(socket);
  if (seen === null) return endingOf(socket)?.endedBy === 'reset' ? 'reset' : undefined;
  if (typeof seen === 'object') return seen.peer;
  const error = errnoError(seen, 'poll');
  if (error.code === 'EBADF') return undefined;
  throw error.code === 'ENOTSUP' ? netError('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'peerState') : error;
}

/**
 * What the kernel knows of a TCP connection, asked now (`TCP_INFO`). Fields that it does not know are left out.
 *
 * @param {import('node:net').Socket} socket of this package, of `net`, or of `tls`
 * @returns {TcpInfo}
 * @throws {Error} `ERR_SOCKET_CLOSED` without a connection; `ERR_FEATURE_UNAVAILABLE_ON_PLATFORM` where the system has
 *   no `TCP_INFO`, and for a Unix-domain socket
 */
function tcpInfo(socket) {
  validateSocket(socket);
  const info = ask(socket);
  if (typeof info !== 'number') return info;
  const error = errnoError(info, 'getsockopt');
  if (error.code === 'EBADF') throw netError('ERR_SOCKET_CLOSED');
  throw NOT_TCP.includes(error.code) ? netError('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'TCP_INFO') : error;
}

/**
 * @param {import('node:net').Socket} socket
 * @returns {TcpInfo | number}
 */
function ask(socket) {
  if (!isOurs(socket)) return native().fdTcpInfo(descriptorOf(socket));
  const { stream } = socket[kState];
  if (stream === null) throw netError('ERR_SOCKET_CLOSED');
  return stream.tcpInfo();
}

module.exports = { peerState, tcpInfo };
