'use strict';

/**
 * The public face: what `require('net')` has, in the words of the newest Node, backed by Rust, and what is ours.
 * What does no I/O is Node's own. The files behind it are read when something of it is used.
 */

const net = require('node:net');

const late = require('./lib/on-demand');
// Before test libraries put a clock of their own in the place of Node's.
require('./lib/node/clock');

const {
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  isIP,
  isIPv4,
  isIPv6,
  setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout,
} = net;
const {
  closeGracefully,
  connect,
  createServer,
  delivered,
  flushBeforeExit,
  peerState,
  provideLate,
  safeSend,
  safeSocket,
  tcpInfo,
} = late;

/** Not documented, but called by Node's own `http` and its tests, and the same in every version. */
const _normalizeArgs = Reflect.get(net, '_normalizeArgs');

// One literal of plain names: that is what lets `import { safeSocket } from 'safe-socket'` see them.
module.exports = {
  BlockList: undefined,
  BoundSocket: undefined,
  Server: undefined,
  Socket: undefined,
  SocketAddress: undefined,
  SocketAlreadyEndedError: undefined,
  Stream: undefined,
  _normalizeArgs,
  closeGracefully,
  connect,
  createConnection: connect,
  createServer,
  delivered,
  flushBeforeExit,
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  isIP,
  isIPv4,
  isIPv6,
  peerState,
  safeSend,
  safeSocket,
  setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout,
  tcpInfo,
};

provideLate(module.exports, {
  BlockList: () => net.BlockList,
  BoundSocket: () => require('./lib/socket/bound-socket').BoundSocket,
  Server: () => require('./lib/server/server').Server,
  Socket: () => require('./lib/socket/socket').Socket,
  SocketAddress: () => net.SocketAddress,
  SocketAlreadyEndedError: () => require('./lib/contract/refused-error').SocketAlreadyEndedError,
  Stream: () => require('./lib/socket/socket').Socket,
});
