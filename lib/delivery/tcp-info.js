'use strict';

const { descriptorOf } = require('../node/descriptor');
const { validateSocket } = require('./delivered');
const { isOurs } = require('./look');
const { native } = require('../native/addon');
const { netError } = require('../errors/net');
const { kState } = require('../socket/state');
const { errnoError } = require('../errors/system');

/** @typedef {import('../native/binding').ConnectionInfo} TcpInfo */

/** What a socket answers that is not TCP. */
const NOT_TCP = ['ENOTSUP', 'EOPNOTSUPP', 'ENOPROTOOPT'];

/**
 * What the kernel knows of a TCP connection, asked now (`TCP_INFO`). Fields that it does not know are left out.
 *
 * @param {any} socket of this package, of `net`, or of `tls`
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
 * @param {any} socket
 * @returns {TcpInfo | number}
 */
function ask(socket) {
  if (!isOurs(socket)) return native().fdTcpInfo(descriptorOf(socket));
  const { stream } = socket[kState];
  if (stream === null) throw netError('ERR_SOCKET_CLOSED');
  return stream.tcpInfo();
}

module.exports = { tcpInfo };
