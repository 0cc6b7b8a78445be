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

/** As much as `net` reads at once: how more than this is cut into chunks, and what comes between them, is open. */
const MAX_CHUNK_BYTES = 65_536;
/** A slow sink holds its pipe up once for each chunk that fills it (operations.js), so how often is open too. */
const SINK_BYTES = 1_000;
/** What a pipe that is held up does to its source. */
const HELD_UP = /^(?:pause|resume) /;

class Trace {
  #lines = [];
  /** The lines since the last rest; data is `{ chunks }`. @type {Array<string | { chunks: Buffer[] }>} */
  #segment = [];
  /** Callbacks of a destroyed socket, by the number of their call: among themselves they are in no order. */
  #callbacks = new Map();
  #names;

  /** @param {Map<string, string>} names what to write instead of a port or a path */
  constructor(names) {
    this.#names = names;
  }

  /** How much has happened so far; grows with every line and every chunk. */
  activity = 0;

  /** Whether the socket has been piped to a slow sink. */
  hasSink = false;

  /** @param {string} line */
  add(line) {
    this.activity += 1;
    this.#flushCallbacks();
    this.#segment.push(this.#rename(line));
  }

  /**
   * @param {number} call
   * @param {string} line
   */
  addCallback(call, line) {
    this.activity += 1;
    const before = this.#callbacks.get(call) ?? [];
    this.#callbacks.set(call, [...before, this.#rename(line)]);
  }

  /** @param {Uint8Array | string} chunk */
  addData(chunk) {
    this.activity += 1;
    this.#flushCallbacks();
    // Strings may be cut between two surrogates, which have no UTF-8.
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf16le') : Buffer.from(chunk);
    const last = this.#segment.at(-1);
    if (typeof last === 'object') last.chunks.push(bytes);
    else this.#segment.push({ chunks: [bytes] });
  }

  /** @param {string} line the state in which everything has come to rest */
  rest(line) {
    this.add(line);
    const data = this.#segment.filter((entry) => typeof entry === 'object');
    const all = data.flatMap(({ chunks }) => chunks);
    const length = all.reduce((sum, chunk) => sum + chunk.length, 0);
    const isHeldUp = this.hasSink && length >= SINK_BYTES;
    const isCut = length > MAX_CHUNK_BYTES || isHeldUp;
    for (const entry of this.#segment) {
      if (typeof entry === 'string') {
        if (!isHeldUp || !HELD_UP.test(entry)) this.#lines.push(entry);
      } else if (!isCut) this.#lines.push(describeData(entry.chunks));
      else if (entry === data[0]) this.#lines.push(describeData(all));
    }
    this.#segment = [];
  }

  /** @returns {string[]} */
  lines() {
    return this.#lines;
  }

  #flushCallbacks() {
    const calls = [...this.#callbacks.keys()].sort((a, b) => a - b);
    for (const call of calls) this.#segment.push(...this.#callbacks.get(call));
    this.#callbacks.clear();
  }

  #rename(line) {
    for (const [from, to] of this.#names) line = line.replaceAll(from, to);
    return line;
  }
}

/** @param {Buffer[]} chunks */
function describeData(chunks) {
  const bytes = Buffer.concat(chunks);
  return `data ${bytes.length} ${createHash('sha1').update(bytes).digest('hex').slice(0, 8)}`;
}

/**
 * The state that goes with every event.
 *
 * @param {import('node:net').Socket} socket
 */
function briefly(socket) {
  const flags = FLAGS.filter((flag) => socket[flag]).join(' ');
  return `[${socket.readyState}: ${flags}; ${socket.writableLength}/${socket.bufferSize} of ${bytesWritten(socket)}${
    socket.errored ? `; ${describeError(socket.errored)}` : ''
  }]`;
}

/**
 * A row of the compatibility table: of several buffers that were corked and wait for the connection, `net` adds up the
 * lengths of its queue's entries, which have none. Here stands what it means.
 *
 * @param {any} socket
 * @returns {number | undefined}
 */
function bytesWritten(socket) {
  const counted = socket.bytesWritten;
  const waiting = socket._pendingData;
  if (!Number.isNaN(counted) || waiting?.allBuffers !== true) return counted;
  const entries = [...waiting, ...socket.writableBuffer];
  return entries.reduce((total, { chunk, encoding }) => total + Buffer.byteLength(chunk, encoding), 0);
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

module.exports = { SINK_BYTES, Trace, briefly, fully, describeError };
