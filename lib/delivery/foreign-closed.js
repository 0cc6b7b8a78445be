'use strict';

const { Socket } = require('node:net');

const { endedByOfError } = require('../contract/ended-by');
const { lookAt } = require('./look');
const { publishClosed } = require('../contract/channels');
const { tryNative } = require('../native/addon');

/**
 * A guarded socket of Node's is about to close its descriptor: for those who count.
 *
 * @param {any} socket
 * @param {unknown} cause the error that destroys it
 */
function announceClosed(socket, cause) {
  if (!(socket instanceof Socket)) return;
  const look = tryNative() === null ? null : lookAt(socket, endedByOfError(cause) === 'reset');
  const isKnown = look !== null && typeof look === 'object';
  publishClosed(socket, isKnown ? look.written : 0, isKnown ? look.delivered : undefined);
}

module.exports = { announceClosed };
