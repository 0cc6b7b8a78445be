'use strict';

/**
 * What can be counted, on `node:diagnostics_channel`. Nothing is asked or made if nobody has subscribed.
 *
 *     safe-socket:opened   { socket }                                        a connection of ours is there
 *     safe-socket:closed   { socket, endedBy, bytesDelivered, bytesUndelivered }  ours, and guarded ones of Node's
 *     safe-socket:refused  { socket, operation, error }                       a call on an ended stream
 */

const diagnostics = require('node:diagnostics_channel');

const { endingOf } = require('./ending');

/** @import { AnyStream } from '../node/stream' */

const openedChannel = diagnostics.channel('safe-socket:opened');
const closedChannel = diagnostics.channel('safe-socket:closed');
const refusedChannel = diagnostics.channel('safe-socket:refused');

/** @param {AnyStream} socket */
function publishOpened(socket) {
  if (openedChannel.hasSubscribers) openedChannel.publish({ socket });
}

/**
 * @param {AnyStream} socket
 * @param {number} written
 * @param {number | undefined} bytesDelivered undefined if nobody knows
 */
function publishClosed(socket, written, bytesDelivered) {
  closedChannel.publish({
    socket,
    endedBy: endingOf(socket)?.endedBy ?? 'unknown',
    bytesDelivered,
    bytesUndelivered: bytesDelivered === undefined ? undefined : Math.max(0, written - bytesDelivered),
  });
}

module.exports = { closedChannel, publishClosed, publishOpened, refusedChannel };
