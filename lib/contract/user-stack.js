'use strict';

const path = require('node:path');

const OURS = path.dirname(__dirname) + path.sep;

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
  return /^ +at .*(?:\(|at |async )node:/.test(line) || (line.startsWith('    at ') && line.includes(OURS));
}

module.exports = { userStack };
