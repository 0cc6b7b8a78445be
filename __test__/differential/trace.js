'use strict';

/**
 * What a program can see of one socket, as a list of lines.
 *
 * Chunk boundaries are the kernel's business, not the socket's: neighbouring 'data' events become one line, with the
 * number of bytes and their hash. Ports and paths differ from run to run and are replaced by names.
 */

const { createHash } = require('node:crypto');

const { REFUSED } = require('./contract');

const FLAGS = [
  'connecting',
  'pending',
  'destroyed',
  'closed',
  'readable',
  'readableEnded',
  'writable',
  'writableEnded',
  'writableFinished',
  'writableNeedDrain',
];

class Trace {
  #lines = [];
  #dataLength = 0;
  #dataHash = undefined;
  #names;

  /** @param {Map<string, string>} names what to write instead of a port or a path */
  constructor(names) {
    this.#names = names;
  }

  /** How much has happened so far; grows with every line and every chunk. */
  activity = 0;

  /** @param {string} line */
  add(line) {
    this.activity += 1;
    this.#flushData();
    this.#lines.push(this.#rename(line));
  }

  /** @param {Uint8Array | string} chunk */
  addData(chunk) {
    this.activity += 1;
    this.#dataHash ??= createHash('sha1');
    // Strings may be cut between two surrogates, which have no UTF-8.
    this.#dataHash.update(chunk, 'utf16le');
    this.#dataLength += chunk.length;
  }

  /** @returns {string[]} */
  lines() {
    this.#flushData();
    return this.#lines;
  }

  #flushData() {
    if (this.#dataHash === undefined) return;
    this.#lines.push(`data ${this.#dataLength} ${this.#dataHash.digest('hex').slice(0, 8)}`);
    this.#dataHash = undefined;
    this.#dataLength = 0;
  }

  #rename(line) {
    for (const [from, to] of this.#names) line = line.replaceAll(from, to);
    return line;
  }
}

/**
 * The state that goes with every event.
 *
 * @param {import('node:net').Socket} socket
 */
function briefly(socket) {
  const flags = FLAGS.filter((flag) => socket[flag]).join(' ');
  return `[${socket.readyState}: ${flags}; ${socket.writableLength}/${socket.bufferSize} of ${socket.bytesWritten}${
    socket.errored ? `; ${describeError(socket.errored)}` : ''
  }]`;
}

/**
 * The state that goes with a moment of rest.
 *
 * @param {import('node:net').Socket} socket
 * @param {boolean} withAddresses
 */
function fully(socket, withAddresses) {
  const facts = {
    // Of a socket that nobody reads the event loop decides how much has been read ahead.
    ...(socket.readableFlowing && { read: socket.bytesRead, buffered: socket.readableLength }),
    flowing: socket.readableFlowing,
    aborted: socket.readableAborted,
    corked: socket.writableCorked,
    timeout: socket.timeout,
    halfOpen: socket.allowHalfOpen,
    autoSelect: JSON.stringify(socket.autoSelectFamilyAttemptedAddresses),
    ...(withAddresses && addressesOf(socket)),
  };
  const words = Object.entries(facts).map(([name, value]) => `${name}=${value}`);
  return `${briefly(socket)} ${words.join(' ')}`;
}

/** @param {any} error */
function describeError(error) {
  if (error === null || typeof error !== 'object') return String(error);
  // Its message says how long ago: it has tests of its own.
  if (error.code === REFUSED) return REFUSED;
  const facts = ['errno', 'syscall', 'address', 'port'].filter((name) => error[name] !== undefined);
  const details = facts.map((name) => ` ${name}:${error[name]}`).join('');
  return `${error.name} ${error.code ?? ''}${details} ${JSON.stringify(error.message)}`;
}

function addressesOf(socket) {
  return {
    local: `${socket.localFamily} ${socket.localAddress}:${socket.localPort}`,
    remote: `${socket.remoteFamily} ${socket.remoteAddress}:${socket.remotePort}`,
    address: JSON.stringify(socket.address()),
  };
}

module.exports = { Trace, briefly, fully, describeError };
