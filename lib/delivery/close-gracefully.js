'use strict';

/** `closeGracefully(socket)`: end, wait until everything has arrived and the peer has ended too, and never for ever. */

const { endingOf } = require('../contract/ending');
const { clearTimeout, nowMs, setTimeout } = require('../node/clock');
const { pastDelivery, validateOptions, validateSocket, wasReset } = require('./delivered');
const { watchConnection } = require('./watch');

/**
 * @typedef {object} GracefulClose
 * @property {number | undefined} bytesDelivered bytes acknowledged by the peer's kernel
 * @property {number | undefined} bytesUndelivered bytes written and not acknowledged; 0 when all went well. Undefined
 *   where nobody knows
 * @property {'peer' | 'reset' | 'timeout' | 'destroy' | 'error' | 'unknown'} endedBy `'peer'`: its FIN came, all is
 *   well. `'reset'`: the peer has reset the connection. `'timeout'`: we have, at the deadline
 */

/**
 * Half-closes the socket, waits until everything is delivered and the peer has ended too, and resets the connection
 * at the deadline. Resolves when the socket is closed. What the peer still sends goes to those who read the socket,
 * and nowhere if there is nobody.
 *
 * @param {import('node:net').Socket} socket of this package, of `net`, or of `tls`
 * @param {import('./delivered').DeliveredOptions} [options]
 * @returns {Promise<GracefulClose>}
 */
async function closeGracefully(socket, options = {}) {
  validateSocket(socket);
  validateOptions(options);
  if (!socket.writableEnded && !socket.destroyed) socket.end();
  const goal = socket.bytesWritten ?? 0;
  const past = tryPast(socket, goal);
  if (past !== null) return past;
  const deadlineMs = options.timeout === undefined ? undefined : nowMs() + options.timeout;
  const closed = closeOf(socket);
  // Nobody reads: the FIN would wait behind unread data for ever, and closing then would be a reset.
  if (socket.readableFlowing === null) socket.resume();

  const isDone = (/** @type {import('./snapshot').Snapshot} */ { delivered = -1, peer }) =>
    delivered >= goal && peer !== 'open' && socket.writableFinished;
  const { verdict, look } = await watchConnection(socket, isDone, options);
  if (verdict === 'timeout') reset(socket);
  else if (verdict === 'done') leave(socket, deadlineMs);
  else if (!socket.destroyed) socket.destroy();
  await closed;
  return report(socket, goal, verdict, look);
}

/**
 * @param {import('node:net').Socket} socket
 * @param {number} goal
 * @returns {GracefulClose | null}
 */
function tryPast(socket, goal) {
  try {
    const past = pastDelivery(socket, goal);
    if (past === null) return null;
    const by = endedBy(socket, wasReset(socket) ? 'reset' : null);
    return { bytesDelivered: past.bytesDelivered, bytesUndelivered: 0, endedBy: by };
  } catch (error) {
    const { code, bytesUndelivered } = /** @type {{ code: string, bytesUndelivered?: number }} */ (error);
    if (code !== 'ERR_SOCKET_ALREADY_ENDED') throw error;
    const bytesDelivered = bytesUndelivered === undefined ? undefined : goal - bytesUndelivered;
    return { bytesDelivered, bytesUndelivered, endedBy: endedBy(socket, wasReset(socket) ? 'reset' : null) };
  }
}

/**
 * Who ended the socket, once and for all. If it was `end()` here, as most often, or nobody saw it, the question is who ended
 * the connection.
 *
 * @param {import('node:net').Socket} socket
 * @param {'peer' | 'reset' | 'timeout' | null} connectionEndedBy null: nobody knows
 * @returns {GracefulClose['endedBy']}
 */
function endedBy(socket, connectionEndedBy) {
  const by = endingOf(socket)?.endedBy ?? 'unknown';
  if (by !== 'local' && by !== 'unknown') return by;
  return connectionEndedBy ?? (by === 'local' ? 'peer' : 'unknown');
}

/**
 * @param {import('node:net').Socket} socket
 * @param {number} goal
 * @param {'done' | 'dead' | 'timeout'} verdict
 * @param {import('./snapshot').Snapshot | null} look
 * @returns {GracefulClose}
 */
function report(socket, goal, verdict, look) {
  const bytesDelivered = look?.delivered;
  const bytesUndelivered = bytesDelivered === undefined ? undefined : Math.max(0, goal - bytesDelivered);
  /** @type {'peer' | 'reset' | 'timeout' | null} */
  let by = null;
  if (verdict === 'timeout') by = 'timeout';
  else if (look?.peer === 'reset') by = 'reset';
  else if (verdict === 'done') by = 'peer';
  else if (wasReset(socket)) by = 'reset';
  return { bytesDelivered, bytesUndelivered, endedBy: endedBy(socket, by) };
}

/**
 * Everything has arrived and the peer has ended. What it sent is for whoever reads the socket, if anybody does. It is read in
 * any case: to close with unread data, before our FIN is acknowledged, would be a reset.
 *
 * @param {import('node:net').Socket} socket
 * @param {number | undefined} deadlineMs as of `nowMs()`
 */
function leave(socket, deadlineMs) {
  if (socket.destroyed) return;
  if (socket.readableEnded) {
    socket.destroy();
    return;
  }
  if (!hasReader(socket)) socket.resume();
  if (deadlineMs === undefined) return;
  const timer = setTimeout(() => socket.destroy(), Math.max(0, deadlineMs - nowMs()));
  socket.once('close', () => clearTimeout(timer));
}

/** @param {import('node:net').Socket} socket */
function hasReader(socket) {
  return socket.listenerCount('data') > 0 || socket.listenerCount('readable') > 0;
}

/**
 * From now on, and until the socket has closed, an error is part of the answer.
 *
 * @param {import('node:net').Socket} socket
 * @returns {Promise<void>}
 */
function closeOf(socket) {
  if (socket.closed) return Promise.resolve();
  socket.on('error', ignore);
  return new Promise((resolve) => {
    socket.once('close', () => {
      socket.off('error', ignore);
      resolve();
    });
  });
}

/** @param {import('node:net').Socket} socket */
function reset(socket) {
  if (socket.destroyed) return;
  try {
    socket.resetAndDestroy();
  } catch {
    // No TCP: there is no reset.
    socket.destroy();
  }
}

function ignore() {}

/**
 * `closeGracefully()` for those who do not wait for it: the socket has been ended, and takes no longer than this.
 *
 * @param {import('node:net').Socket} socket
 * @param {number} timeout milliseconds
 */
function linger(socket, timeout) {
  closeGracefully(socket, { timeout }).catch(ignore);
}

module.exports = { closeGracefully, linger };
