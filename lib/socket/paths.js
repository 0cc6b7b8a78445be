'use strict';

/**
 * Whether sockets have paths here. On Windows a path is a named pipe to Node, which is no socket to the system, and which
 * we do not have.
 *
 * @returns {boolean}
 */
function hasPaths() {
  return process.platform !== 'win32';
}

module.exports = { hasPaths };
