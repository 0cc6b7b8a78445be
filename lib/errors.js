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
    const { code, message } = describe(details);
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
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

/**
 * The words of a refusal. The addon knows the code and the first sentence, too (`src/binding/error.rs`);
 * `__test__/refusal-message.test.js` holds them equal.
 *
 * @param {RefusalDetails} details
 * @returns {{ code: string, message: string }}
 */
function describe({ operation, endedBy, causeCode, elapsedMs, bytesRefused, bytesUndelivered }) {
  const code = causeCode === undefined ? '' : ` (${causeCode})`;
  const when = elapsedMs === undefined ? '' : `, ${ago(elapsedMs)}`;
  const what =
    bytesRefused === 0 ? `${operation}()` : `${operation}() of ${bytesRefused} ${plural(bytesRefused, 'byte')}`;
  const outcome = operation === 'delivered' ? loss(bytesUndelivered) : `This ${what} was refused.`;
  return {
    code: 'ERR_SOCKET_ALREADY_ENDED',
    message: `The socket has already been ended. ${HOW_IT_ENDED[endedBy]}${code}${when}. ${outcome}`,
  };
}

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
 * @param {number} elapsedMs
 * @returns {string}
 */
function ago(elapsedMs) {
  if (elapsedMs < 1) return 'less than 1 ms ago';
  if (elapsedMs < 10_000) return `${elapsedMs} ms ago`;
  const secs = Math.floor(elapsedMs / 1000);
  if (secs < 600) return `${secs} s ago`;
  return `${Math.floor(secs / 60)} min ago`;
}

/**
 * @param {number | undefined} bytes
 * @returns {string}
 */
function loss(bytes) {
  if (bytes === undefined) return 'Not everything was delivered, as far as is known.';
  return `${bytes} ${bytes === 1 ? 'byte was' : 'bytes were'} not delivered.`;
}

/**
 * @param {number} count
 * @param {string} noun
 * @returns {string}
 */
function plural(count, noun) {
  return count === 1 ? noun : `${noun}s`;
}

module.exports = { SocketAlreadyEndedError, describe };
