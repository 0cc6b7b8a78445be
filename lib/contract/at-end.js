'use strict';

/** @import { AnyStream } from '../node/stream' */

/**
 * What the end of a socket sets off in rooms further out. `delivery` fills it in (`delivery/at-end.js`), and every face
 * loads that.
 */
const atEnd = {
  /**
   * `end()` was called on a socket that is to wait for the peer.
   *
   * @type {(socket: import('node:net').Socket, timeoutMs: number) => void}
   */
  linger() {},

  /**
   * A guarded socket of Node's is about to close its descriptor, and somebody counts.
   *
   * @type {(socket: AnyStream, cause: unknown) => void} `cause` is the error that destroys it
   */
  announceClosed() {},
};

module.exports = { atEnd };
