'use strict';

/**
 * The public face: what `require('net')` has, in the words of the newest Node, backed by Rust, and what is ours.
 * What does no I/O is Node's own.
 */

const net = require('node:net');

const { BoundSocket } = require('./lib/bound-socket');
const { connect, createServer } = require('./lib/create-connection');
const { SocketAlreadyEndedError } = require('./lib/errors');
const { closeGracefully, delivered, flushBeforeExit, peerState, tcpInfo } = require('./lib/on-demand');
const { safeSocket } = require('./lib/safe-socket');
const { safeSend } = require('./lib/send');
const { Server } = require('./lib/server');
const { Socket } = require('./lib/socket');

const {
  BlockList,
  SocketAddress,
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
  BlockList,
  BoundSocket,
  Server,
  Socket,
  SocketAddress,
  SocketAlreadyEndedError,
  Stream: Socket,
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
