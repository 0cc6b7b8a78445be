'use strict';

/**
 * The public face: what `require('net')` has, in the words of the newest Node, backed by Rust, and what is ours.
 * What does no I/O is Node's own. The files behind it are read when something of it is used.
 */

const net = require('node:net');

require('./lib/delivery/at-end');
// Before test libraries put a clock of their own in the place of Node's.
require('./lib/node/clock');
const { provideLate } = require('./lib/provide-late');

const {
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  isIP,
  isIPv4,
  isIPv6,
  setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout,
} = net;

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
  closeGracefully: undefined,
  connect: undefined,
  createConnection: undefined,
  createServer: undefined,
  delivered: undefined,
  flushBeforeExit: undefined,
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  isIP,
  isIPv4,
  isIPv6,
  isSocketAlreadyEnded: undefined,
  peerState: undefined,
  safeSend: undefined,
  safeSocket: undefined,
  setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout,
  tcpInfo: undefined,
};

provideLate(module.exports, {
  BlockList: () => net.BlockList,
  BoundSocket: () => require('./lib/net').BoundSocket,
  Server: () => require('./lib/net').Server,
  Socket: () => require('./lib/net').Socket,
  SocketAddress: () => net.SocketAddress,
  SocketAlreadyEndedError: () => require('./lib/contract/refused-error').SocketAlreadyEndedError,
  Stream: () => require('./lib/net').Socket,
  closeGracefully: () => require('./lib/delivery/close-gracefully').closeGracefully,
  connect: () => require('./lib/net').connect,
  createConnection: () => require('./lib/net').connect,
  createServer: () => require('./lib/net').createServer,
  delivered: () => require('./lib/delivery/delivered').delivered,
  flushBeforeExit: () => require('./lib/delivery/flush-before-exit').flushBeforeExit,
  isSocketAlreadyEnded: () => require('./lib/contract/refused-error').isSocketAlreadyEnded,
  peerState: () => require('./lib/delivery/peer').peerState,
  safeSend: () => require('./lib/safe-send').safeSend,
  safeSocket: () => require('./lib/safe-socket').safeSocket,
  tcpInfo: () => require('./lib/delivery/peer').tcpInfo,
});
