'use strict';

/**
 * Where versions of Node, or platforms, differ in what a program can see of `net`: our sockets do as the running one.
 */

const major = Number.parseInt(process.versions.node, 10);
const [, libuvMinor] = process.versions.uv.split('.').map(Number);

/**
 * On Windows a path is a named pipe to Node, which is no socket to the system, and which we do not have.
 *
 * @returns {boolean} whether sockets have paths here
 */
function hasPaths() {
  return process.platform !== 'win32';
}

module.exports = {
  /** The end of a socket that has no connection waits for one; later versions take it for done. */
  finalWaitsForStream: major < 22,
  /** A `maxConnections` of 0 is no limit; later versions take no connection at all. */
  zeroConnectionsIsNoLimit: major < 22,
  /** A write that `destroy()` cuts off is reported as done; later versions report `ECANCELED`. */
  hidesCanceledWrites: major < 22,
  /** `readableAll` and `writableAll` add to the mode of a path; from libuv 1.51 on they are the mode. */
  addsPathModes: libuvMinor < 51,
  /**
   * Up to 1.51, libuv takes a hang-up after a partial read for the end of the stream; from 1.52 on it reads again, and
   * reports the reset that it may have been.
   */
  hangUpIsEnd: libuvMinor < 52,
  hasPaths,
};
