'use strict';

/** What servers publish on Node's own diagnostics channels (https://nodejs.org/api/diagnostics_channel.html#net). */

const diagnostics = require('node:diagnostics_channel');

const socketChannel = diagnostics.channel('net.server.socket');
const listenChannel = diagnostics.tracingChannel('net.server.listen');

/**
 * @param {any} server
 * @param {any} options of `listen()`
 */
function startListen(server, options) {
  if (listenChannel.asyncStart.hasSubscribers) listenChannel.asyncStart.publish({ server, options });
}

/** @param {any} server */
function endListen(server) {
  if (listenChannel.asyncEnd.hasSubscribers) listenChannel.asyncEnd.publish({ server });
}

/**
 * @param {any} server
 * @param {Error} error
 */
function failListen(server, error) {
  if (listenChannel.error.hasSubscribers) listenChannel.error.publish({ server, error });
}

/** @param {any} socket */
function announceSocket(socket) {
  if (socketChannel.hasSubscribers) socketChannel.publish({ socket });
}

module.exports = { announceSocket, endListen, failListen, startListen };
