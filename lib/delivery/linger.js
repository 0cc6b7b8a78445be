'use strict';

/** `socket.end({ linger: ms })`: `closeGracefully()` for those who do not wait for it. */

const { invalidArgType } = require('../errors/argument');
const { kState } = require('../socket/state');
const { validateTimeout } = require('../errors/validate');

/**
 * @param {any} value the last argument of `end()`
 * @returns {boolean} whether it is `{ linger }` and not data, an encoding or a callback
 */
function isLinger(value) {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && 'linger' in value;
}

/**
 * Takes `{ linger }` out of the arguments of `end()`.
 *
 * @param {any} socket
 * @param {any[]} args
 * @returns {any[]} what is left
 */
function takeLinger(socket, args) {
  const at = args.findIndex(isLinger);
  if (at === -1) return args;
  const { linger } = args[at];
  if (linger === undefined) throw invalidArgType('options.linger', 'number', linger);
  validateTimeout(linger, 'options.linger');
  socket[kState].lingerMs = linger;
  return args.filter((_, index) => index !== at);
}

/**
 * The socket has been ended: not longer than so many milliseconds.
 *
 * @param {any} socket
 * @param {number} timeout
 */
function linger(socket, timeout) {
  // Required here: who never lingers does not load it.
  const { closeGracefully } = require('./close-gracefully');
  closeGracefully(socket, { timeout }).catch(ignore);
}

function ignore() {}

module.exports = { isLinger, linger, takeLinger };
