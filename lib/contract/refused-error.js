'use strict';

/**
 * Who or what ended a socket. `local`: `end()` here. `peer`: FIN from the other side, without half-open. `destroy`:
 * `destroy()` here, without an error. `reset`: `ECONNRESET` or `EPIPE`. `timeout`: `ETIMEDOUT`, or ended inside the
 * `'timeout'` event. `error`: any other error. `unknown`: it was over before anybody watched.
 *
 * @typedef {'local' | 'peer' | 'destroy' | 'reset' | 'timeout' | 'error' | 'unknown'} EndedBy
 */

/**
 * What the message of a refusal is made of.
 *
 * @typedef {object} RefusalDetails
 * @property {'write' | 'end' | 'delivered'} operation the refused call; `delivered`: nothing was refused, but lost
 * @property {EndedBy} endedBy who ended the socket
 * @property {string} [causeCode] `code` of the error that ended the socket
 * @property {number} [elapsedMs] whole milliseconds since the socket ended, where that is known
 * @property {number} bytesRefused bytes of the refused call
 * @property {number} [bytesUndelivered] bytes that were lost, where that is known
 */

/** The code, and the sentence that every message begins with; Rust has both for what it finds out itself. */
const CODE = 'ERR_SOCKET_ALREADY_ENDED';
const BASE = 'The socket has already been ended.';

/**
 * Thrown by a write to a socket that has already ended. Match `code`, not the message.
 *
 * @property {'ERR_SOCKET_ALREADY_ENDED'} code
 */
class SocketAlreadyEndedError extends Error {
  /**
   * @param {RefusalDetails & { cause?: unknown, bytesWritten?: number }} details
   */
  constructor(details) {
    super(describe(details), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = CODE;
    /** The call that was refused. */
    this.operation = details.operation;
    /** Who ended the socket. */
    this.endedBy = details.endedBy;
    /** Bytes of this call; none of them was sent. */
    this.bytesRefused = details.bytesRefused;
    /** `socket.bytesWritten` at the moment of the call. */
    this.bytesWritten = details.bytesWritten;
    /** For `delivered`: bytes written and not acknowledged by the peer's kernel; undefined where nobody knows. */
    if (details.operation === 'delivered') this.bytesUndelivered = details.bytesUndelivered;
  }
}

// As in Node's own errors: on the prototype, where it is neither enumerable nor printed twice.
Object.defineProperty(SocketAlreadyEndedError.prototype, 'name', {
  value: 'SocketAlreadyEndedError',
  writable: true,
  configurable: true,
});

/** @type {Record<EndedBy, string>} */
const HOW_IT_ENDED = {
  local: 'It was ended on this side, by end()',
  peer: 'It was ended by the other side',
  destroy: 'It was destroyed on this side, by destroy()',
  reset: 'The connection was reset',
  timeout: 'It timed out',
  error: 'It was ended by an error',
  unknown: 'It was over before safe-socket saw it',
};

/**
 * @param {RefusalDetails} details
 * @returns {string} the message: that the socket has ended, how, when, and what became of the call
 */
function describe({ operation, endedBy, causeCode, elapsedMs, bytesRefused, bytesUndelivered }) {
  const code = causeCode === undefined ? '' : ` (${causeCode})`;
  let when = '';
  if (elapsedMs !== undefined) {
    if (elapsedMs < 1) when = ', less than 1 ms ago';
    else if (elapsedMs < 10_000) when = `, ${elapsedMs} ms ago`;
    else if (elapsedMs < 600_000) when = `, ${Math.floor(elapsedMs / 1000)} s ago`;
    else when = `, ${Math.floor(elapsedMs / 60_000)} min ago`;
  }
  let outcome = 'Not everything was delivered, as far as is known.';
  if (operation !== 'delivered') {
    const bytes = bytesRefused === 0 ? '' : ` of ${bytesRefused} ${bytesRefused === 1 ? 'byte' : 'bytes'}`;
    outcome = `This ${operation}()${bytes} was refused.`;
  } else if (bytesUndelivered !== undefined) {
    outcome = `${bytesUndelivered} ${bytesUndelivered === 1 ? 'byte was' : 'bytes were'} not delivered.`;
  }
  return `${BASE} ${HOW_IT_ENDED[endedBy]}${code}${when}. ${outcome}`;
}

module.exports = { SocketAlreadyEndedError };
