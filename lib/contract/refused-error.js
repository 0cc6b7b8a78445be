'use strict';

const { invalidArgValue } = require('../errors/argument');

/**
 * Who or what ended a socket. `local`: `end()` here. `peer`: FIN from the peer, without half-open. `destroy`:
 * `destroy()` here, without an error. `reset`: `ECONNRESET` or `EPIPE`. `timeout`: `ETIMEDOUT`, or ended inside the
 * `'timeout'` event. `error`: any other error. `unknown`: it was over before anybody watched.
 *
 * @typedef {'local' | 'peer' | 'destroy' | 'reset' | 'timeout' | 'error' | 'unknown'} EndedBy
 */

/**
 * Both ends of a connection: an IP address and a port, or a path alone for a Unix-domain socket. What is not known is left
 * out.
 *
 * @typedef {object} Addresses
 * @property {string} [remoteAddress]
 * @property {number} [remotePort]
 * @property {string} [localAddress]
 * @property {number} [localPort]
 */

/**
 * What a refusal tells. All of it may be left out.
 *
 * @typedef {object} RefusalDetails
 * @property {'write' | 'end' | 'delivered'} [operation] the refused call; `delivered`: nothing was refused, but lost
 * @property {EndedBy} [endedBy] who ended the socket
 * @property {number} [endedAgoMs] milliseconds since the socket ended, if that is known
 * @property {unknown} [cause] the error that ended the socket, or the line that did
 * @property {number} [bytesRefused] bytes of the refused call
 * @property {number} [bytesWritten] `socket.bytesWritten` at the moment of the call
 */

/** The code, and the sentence that every message begins with; Rust has both for what it finds out itself. */
const CODE = 'ERR_SOCKET_ALREADY_ENDED';
const BASE = 'The socket has already been ended.';

/**
 * The second sentence. Times, bytes, addresses and codes are fields and not words, so that equal messages are equal
 * mistakes, and logs can group by them.
 *
 * @type {Readonly<Record<EndedBy, string>>}
 */
const BY_WHOM = {
  local: 'It was ended on this side, by end().',
  peer: 'It was ended by the peer.',
  destroy: 'It was destroyed on this side, by destroy().',
  reset: 'The connection was reset.',
  timeout: 'It timed out.',
  error: 'It was ended by an error.',
  unknown: 'It had ended before safe-socket saw it.',
};

/** Those after the first three, in the order in which a log shows them. */
const FIELDS = [
  'endedAgoMs',
  'bytesRefused',
  'bytesWritten',
  'remoteAddress',
  'remotePort',
  'localAddress',
  'localPort',
];

const OPERATIONS = ['write', 'end', 'delivered'];

/** On the prototype of this class in every copy of the package. */
const kBrand = Symbol.for('safe-socket.SocketAlreadyEndedError');

/**
 * Thrown by a write to a socket that has already ended. Match `code`, not the message.
 *
 * @property {'ERR_SOCKET_ALREADY_ENDED'} code
 */
class SocketAlreadyEndedError extends Error {
  /**
   * What a log is to show is the error's own and enumerable; what is not known is left out.
   *
   * @param {RefusalDetails & Addresses} [details]
   * @throws {TypeError} `ERR_INVALID_ARG_VALUE` for an unknown `endedBy` or `operation`
   */
  constructor(details = {}) {
    const { endedBy = 'unknown', operation = 'write', cause } = details;
    if (!Object.hasOwn(BY_WHOM, endedBy)) {
      throw invalidArgValue('details.endedBy', endedBy, `must be one of: ${Object.keys(BY_WHOM).join(', ')}`);
    }
    if (!OPERATIONS.includes(operation)) {
      throw invalidArgValue('details.operation', operation, `must be one of: ${OPERATIONS.join(', ')}`);
    }
    super(`${BASE} ${BY_WHOM[endedBy]}`, cause === undefined ? undefined : { cause });
    this.code = CODE;
    /** The call that was refused. */
    this.operation = operation;
    /** Who ended the socket. */
    this.endedBy = endedBy;
    /** @type {Record<string, unknown>} */
    const known = { ...details, bytesRefused: details.bytesRefused ?? 0 };
    for (const name of FIELDS) if (known[name] !== undefined) Reflect.set(this, name, known[name]);
  }

  /**
   * Classes of other copies of the package are this class, too; a class that extends it is not.
   *
   * @param {any} value
   * @returns {boolean}
   */
  static [Symbol.hasInstance](value) {
    if (this !== SocketAlreadyEndedError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return isSocketAlreadyEnded(value);
  }
}

// As in Node's own errors: on the prototype, where it is neither enumerable nor printed twice.
Object.defineProperties(SocketAlreadyEndedError.prototype, {
  name: { value: 'SocketAlreadyEndedError', writable: true, configurable: true },
  [kBrand]: { value: true },
});

/**
 * @param {any} error
 * @returns {error is SocketAlreadyEndedError} whether it is one, of this copy of the package or of another
 */
function isSocketAlreadyEnded(error) {
  return typeof error === 'object' && error !== null && error[kBrand] === true;
}

module.exports = { BASE, CODE, SocketAlreadyEndedError, isSocketAlreadyEnded };
