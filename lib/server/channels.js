'use strict';

/** What servers publish on Node's own diagnostics channels (https://nodejs.org/api/diagnostics_channel.html#net). */

const diagnostics = require('node:diagnostics_channel');

/** @import { ListenOptions } from '../socket/args' */
/** @import { RustSocket } from '../socket/socket' */
/** @import { RustServer } from './server' */

const socketChannel = diagnostics.channel('net.server.socket');
const listenChannel = diagnostics.tracingChannel('net.server.listen');

/**
 * @param {RustServer} server
 * @param {ListenOptions} options
 */
function startListen(server, options) {
  if (listenChannel.asyncStart.hasSubscribers) listenChannel.asyncStart.publish({ server, options });
}

/** @param {RustServer} server */
function endListen(server) {
  if (listenChannel.asyncEnd.hasSubscribers) listenChannel.asyncEnd.publish({ server });
}

/**
 * @param {RustServer} server
 * @param {Error} error
 */
function failListen(server, error) {
  if (listenChannel.error.hasSubscribers) listenChannel.error.publish({ server, error });
}

/** @param {RustSocket} socket */
function announceSocket(socket) {
  if (socketChannel.hasSubscribers) socketChannel.publish({ socket });
}

module.exports = { announceSocket, endListen, failListen, startListen };
