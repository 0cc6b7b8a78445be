'use strict';

/**
 * `{ linger, writeTimeout }` of `safeSocket(socket)`. Sockets of this package have both by themselves; on one of Node's they
 * are put in front of its methods, and only where somebody asks for them.
 */

const { Socket } = require('node:net');

const { foreignRecordFor, kState } = require('../contract/record');
const { invalidArgValue } = require('../errors/argument');
const { ETIMEDOUT, errnoError } = require('../errors/system');
const { validateTimeout } = require('../errors/validate');
const { clearTimeout, setTimeout } = require('../node/clock');

/** @import { KnownStream } from '../contract/record' */
/** @import { AnyStream } from '../node/stream' */
/** @import { RustSocket } from '../socket/socket' */

/**
 * @typedef {object} Deadlines
 * @property {number} [linger] milliseconds that `end()` waits for the peer before it resets the connection
 * @property {number} [writeTimeout] milliseconds that a write may be unfinished; 0: for ever
 */

/**
 * @param {AnyStream} stream
 * @param {Deadlines} deadlines
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, or a RangeError `ERR_OUT_OF_RANGE`
 */
function validateDeadlines(stream, { linger, writeTimeout }) {
  for (const [name, value] of Object.entries({ linger, writeTimeout })) {
    if (value === undefined) continue;
    validateTimeout(value, `options.${name}`);
    if (!(stream instanceof Socket)) throw invalidArgValue(`options.${name}`, value, 'is for a net.Socket');
  }
}

/**
 * @param {KnownStream} socket
 * @param {Deadlines} deadlines those that are `undefined` stay as they were
 */
function setDeadlines(socket, { linger, writeTimeout }) {
  const state = socket[kState];
  if (linger !== undefined) (state ?? foreignRecordFor(socket)).lingerMs = linger;
  if (writeTimeout === undefined) return;
  if (state === undefined) limitWrites(socket, writeTimeout);
  else /** @type {RustSocket} */ (socket).setWriteTimeout(writeTimeout);
}

/**
 * The Writable hands its writes over one by one, or all that wait together, each when the one before is finished. So this
 * is where the turn of a write comes.
 *
 * @param {AnyStream} socket
 * @param {number} timeoutMs
 */
function limitWrites(socket, timeoutMs) {
  const record = foreignRecordFor(socket);
  const isNew = record.writeTimeoutMs === undefined;
  record.writeTimeoutMs = timeoutMs;
  if (isNew) for (const name of /** @type {const} */ (['_write', '_writev'])) limit(socket, name, record);
}

/**
 * @param {AnyStream} socket
 * @param {'_write' | '_writev'} name
 * @param {ReturnType<typeof foreignRecordFor>} record
 */
function limit(socket, name, record) {
  const method = socket[name];
  if (typeof method !== 'function') return;
  /**
   * @this {AnyStream}
   * @param {...unknown} args `(chunk, encoding, callback)` or `(chunks, callback)`
   */
  const limited = function (...args) {
    const callback = /** @type {(error?: Error | null) => void} */ (args.pop());
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    let isOver = false;
    const settle = (/** @type {Error | null | undefined} */ error) => {
      isOver = true;
      clearTimeout(timer);
      callback(error);
    };
    method.call(this, ...args, settle);
    const timeoutMs = record.writeTimeoutMs ?? 0;
    if (!isOver && timeoutMs > 0) timer = setTimeout(onWriteTimeout, timeoutMs, this);
  };
  Object.defineProperty(limited, 'name', { value: method.name, configurable: true });
  Object.defineProperty(socket, name, { value: limited, writable: true, configurable: true, enumerable: false });
}

/** @param {AnyStream} socket */
function onWriteTimeout(socket) {
  socket.destroy(errnoError(ETIMEDOUT, 'write'));
}

module.exports = { setDeadlines, validateDeadlines };
