'use strict';

/** `delivered(socket)`: have the bytes arrived? */

const { Socket } = require('node:net');

const { endedByOfError, endingOf } = require('../contract/ending');
const { beforeClose, kState } = require('../contract/record');
const { invalidArgType, invalidArgValue } = require('../errors/argument');
const { netError } = require('../errors/net');
const { checkNames } = require('../errors/option-names');
const { errnoError } = require('../errors/system');
const { validateAbortSignal, validateObject, validateTimeout } = require('../errors/validate');
const { follow } = require('../guard/guard');
const { descriptorOf } = require('../node/handle');
const { bytesDeliveredAtClose } = require('../socket/state');
const { isOurs, snapshotOf } = require('./snapshot');
const { undeliveredError } = require('./undelivered-error');
const { watchConnection } = require('./watch');

const OPTIONS = ['timeout', 'signal'];

/** The last look at closed sockets of Node's; null as long as they are open. @type {WeakMap<object, import('./snapshot').Snapshot | null>} */
const lastLooks = new WeakMap();

/**
 * @typedef {object} DeliveredOptions
 * @property {number} [timeout] milliseconds until it is given up; by default never
 * @property {AbortSignal} [signal] gives it up
 */

/**
 * @typedef {object} Delivery
 * @property {number} bytesDelivered bytes acknowledged by the peer's kernel, since the connection began
 * @property {boolean} resetByPeer the peer has reset the connection after it had acknowledged everything: it has closed
 *   without reading all of it, or died
 */

/**
 * Waits until everything that was written before this call is acknowledged by the peer's kernel. That is not the same as
 * read by the peer's program.
 *
 * @param {import('node:net').Socket} socket of this package, of `net`, or of `tls`; connected, connecting, ended, or closed a while ago
 * @param {DeliveredOptions} [options]
 * @returns {Promise<Delivery>}
 */
async function delivered(socket, options = {}) {
  validateSocket(socket);
  validateOptions(options);
  const goal = socket.bytesWritten ?? 0;
  const past = pastDelivery(socket, goal);
  if (past !== null) return past;

  const { verdict, look, error } = await watchConnection(socket, (now) => (now.delivered ?? -1) >= goal, options);
  if (verdict === 'done' && look !== null && look.delivered !== undefined) {
    return { bytesDelivered: look.delivered, resetByPeer: look.peer === 'reset' };
  }
  const bytesDelivered = look?.delivered;
  const bytesUndelivered = bytesDelivered === undefined ? undefined : Math.max(0, goal - bytesDelivered);
  if (verdict === 'timeout') {
    throw Object.assign(netError('ERR_SAFE_SOCKET_DELIVERY_TIMEOUT'), { bytesDelivered, bytesUndelivered });
  }
  throw lost(socket, bytesUndelivered, error, look?.peer === 'reset');
}

/**
 * @param {import('node:net').Socket} socket
 * @param {number} goal
 * @returns {Delivery | null} of a connection that is over, or never was; null: it is there
 */
function pastDelivery(socket, goal) {
  if (!isOurs(socket)) follow(socket);
  if (socket.connecting) return null;
  if (isOurs(socket)) {
    const state = socket[kState];
    if (state.stream === null) {
      return atClose(socket, goal, goal === 0 ? 0 : bytesDeliveredAtClose(state));
    }
  } else if (descriptorOf(socket) < 0) {
    if (socket.destroyed) return atClose(socket, goal, lastLooks.get(socket)?.delivered);
    if (goal === 0) return { bytesDelivered: 0, resetByPeer: false };
    throw invalidArgValue('socket', socket, 'has no descriptor');
  } else {
    rememberLastLook(socket);
  }
  const first = snapshotOf(socket);
  if (typeof first === 'number') throw unavailable(first);
  return null;
}

/**
 * @param {import('node:net').Socket} socket
 * @param {number} goal
 * @param {number | undefined} bytesDelivered
 * @returns {Delivery}
 */
function atClose(socket, goal, bytesDelivered) {
  if (bytesDelivered === undefined) throw lost(socket, undefined, null, false);
  if (bytesDelivered < goal) throw lost(socket, goal - bytesDelivered, null, false);
  return { bytesDelivered, resetByPeer: wasReset(socket) };
}

/**
 * @param {import('node:net').Socket} socket
 * @returns {boolean} whether the connection was reset, be it after `end()`
 */
function wasReset(socket) {
  return endedByOfError(endingOf(socket)?.cause ?? socket.errored) === 'reset';
}

/**
 * Of a socket that somebody has asked about, the question may come again when it is closed.
 *
 * @param {import('node:net').Socket} socket one of Node's
 */
function rememberLastLook(socket) {
  if (lastLooks.get(socket) === null) return;
  lastLooks.set(socket, null);
  beforeClose(socket, (error) => {
    const look = snapshotOf(socket, endedByOfError(error) === 'reset');
    lastLooks.set(socket, typeof look === 'object' ? look : null);
  });
}

/**
 * @param {import('node:net').Socket} socket
 * @param {number | undefined} bytesUndelivered
 * @param {Error | null} error what destroys the socket
 * @param {boolean} isReset
 */
function lost(socket, bytesUndelivered, error, isReset) {
  const ending = endingOf(socket);
  const cause = error ?? ending?.cause ?? socket.errored ?? undefined;
  /** @type {import('../contract/refused-error').EndedBy} */
  let endedBy = 'unknown';
  if (ending !== undefined) ({ endedBy } = ending);
  // The connection is gone although nobody here has noticed.
  else if (isReset) endedBy = 'reset';
  else if (cause !== undefined) endedBy = endedByOfError(cause);
  return undeliveredError({ socket, endedBy, cause, bytesUndelivered, cutoff: delivered });
}

/**
 * @param {number} errno
 */
function unavailable(errno) {
  const error = errnoError(errno, 'ioctl');
  return error.code === 'ENOTSUP' ? netError('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'delivered') : error;
}

/** @param {import('node:net').Socket} socket */
function validateSocket(socket) {
  if (!(socket instanceof Socket)) throw invalidArgType('socket', 'Socket of net or tls', socket);
}

/** @param {DeliveredOptions} options */
function validateOptions(options) {
  validateObject(options, 'options');
  checkNames(options, OPTIONS);
  if (options.timeout !== undefined) validateTimeout(options.timeout, 'options.timeout');
  validateAbortSignal(options.signal, 'options.signal');
}

module.exports = { delivered, pastDelivery, validateOptions, validateSocket, wasReset };
