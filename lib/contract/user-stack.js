'use strict';

const path = require('node:path');

/** Nothing in a bundle: the program is in the same folder there, and in an ES module there is no `__dirname`. */
const OURS =
  typeof __filename === 'string' && path.basename(__filename) === 'user-stack.js'
    ? path.dirname(__dirname) + path.sep
    : undefined;

/**
 * Takes the frames of Node and of this library out of the stack of an Error, so that the first one left is the user's.
 *
 * @param {Error} error
 */
function userStack(error) {
  if (typeof error.stack !== 'string') return;
  error.stack = error.stack
    .split('\n')
    .filter((line) => !isForeign(line))
    .join('\n');
}

/**
 * @param {string} line
 * @returns {boolean}
 */
function isForeign(line) {
  if (/^ +at .*(?:\(|at |async )node:/.test(line)) return true;
  return OURS !== undefined && line.startsWith('    at ') && line.includes(OURS);
}

module.exports = { userStack };
