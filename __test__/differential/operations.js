'use strict';

/**
 * What a scenario can ask an end to do. Every operation notes what it returned or threw; callbacks are noted when
 * they are called, each time they are called.
 */

const { Readable, Writable } = require('node:stream');

const { SINK_BYTES, briefly, describeError } = require('./trace');

const SOURCE_CHUNKS = 3;
const MAX_UNREAD_BYTES = 10_000;
/** A Unix socket takes a little more than this at once, in whatever pieces. */
const UNIX_BUFFER_BYTES = 150_000;
const READING = ['resume', 'read', 'pipeTo'];
const ENDING = ['destroySoon', 'pipeFrom'];
const IS_THREADED = process.env.SAFE_SOCKET_DRIVER === 'thread';

/** @type {Record<string, (end: import('./endpoint').Endpoint, operation: any, call: number) => unknown>} */
const operations = {
  write(end, { content, callback }, call) {
    const { chunk, encoding, bytes } = makeChunk(end, content, call);
    const result = end.socket.write(chunk, encoding, callback ? noting(end, 'write', call) : undefined);
    end.accepted += bytes;
    return result;
  },
  end(end, { content, callback }, call) {
    const done = callback ? noting(end, 'end', call) : undefined;
    if (content === null) return end.socket.end(done);
    const { chunk, encoding, bytes } = makeChunk(end, content, call);
    const result = end.socket.end(chunk, encoding, done);
    end.accepted += bytes;
    return result;
  },
  destroy: (end, { withError }) => end.socket.destroy(withError ? new Error('on purpose') : undefined),
  destroySoon: (end) => end.socket.destroySoon(),
  reset(end) {
    end.willReset = end.socket.connecting;
    return end.socket.resetAndDestroy();
  },
  cork: (end) => end.socket.cork(),
  uncork: (end) => end.socket.uncork(),
  pause: (end) => end.socket.pause(),
  resume: (end) => end.socket.resume(),
  read(end, { size }) {
    const chunk = end.socket.read(size ?? undefined);
    return chunk === null ? null : `${chunk.length} bytes`;
  },
  setTimeout: (end, { ms, callback }, call) =>
    end.socket.setTimeout(ms, callback ? noting(end, 'timeout', call) : undefined),
  setEncoding: (end, { encoding }) => end.socket.setEncoding(encoding),
  setDefaultEncoding(end, { encoding }) {
    const result = end.socket.setDefaultEncoding(encoding);
    end.defaultEncoding = encoding;
    return result;
  },
  setNoDelay: (end, { enable }) => end.socket.setNoDelay(enable),
  setKeepAlive: (end, { enable }) => end.socket.setKeepAlive(enable, 60_000),
  unref: (end) => end.socket.unref(),
  ref: (end) => end.socket.ref(),
  pipeFrom(end, { size, ends }) {
    const chunks = Array.from({ length: SOURCE_CHUNKS }, (_, index) => pattern(size, index));
    end.accepted += size * SOURCE_CHUNKS;
    Readable.from(chunks, { objectMode: false })
      .on('error', () => {})
      .pipe(end.socket, { end: ends });
  },
  pipeTo(end) {
    end.trace.hasSink = true;
    const sink = new Writable({
      highWaterMark: SINK_BYTES,
      write(chunk, encoding, callback) {
        process.nextTick(callback);
      },
    });
    for (const event of ['pipe', 'unpipe', 'finish', 'close']) {
      sink.on(event, () => end.trace.add(`sink ${event}`));
    }
    end.socket.pipe(sink);
  },
  unpipe: (end) => end.socket.unpipe(),
  later(end, { how, operations: later }) {
    if (how === 'nextTick') process.nextTick(goOn, end, later);
    else queueMicrotask(() => goOn(end, later));
  },
};

/**
 * @param {import('./endpoint').Endpoint} end
 * @param {import('./scenario').Operation[]} list performed at once, in one go
 */
function perform(end, list) {
  end.writtenInGo = 0;
  goOn(end, list);
}

/**
 * @param {import('./endpoint').Endpoint} end
 * @param {import('./scenario').Operation[]} list
 */
function goOn(end, list) {
  for (const operation of list) {
    const call = end.nextCall();
    const title = `${operation.kind}#${call}`;
    if (end.socket === undefined || EXCEPTIONS.some((isException) => isException(end, operation))) {
      end.trace.add(`${title}: left out`);
      continue;
    }
    try {
      const result = operations[operation.kind](end, operation, call);
      end.trace.add(`${title}: ${result === end.socket ? 'this' : String(result)} ${briefly(end.socket)}`);
    } catch (error) {
      end.trace.add(`${title} threw ${error.code ?? error} ${briefly(end.socket)}`);
    }
  }
}

/**
 * How far an unread socket reads ahead is open, so nobody sends it more than is read at once.
 *
 * @param {import('./endpoint').Endpoint} end
 * @param {import('./scenario').Operation} operation
 */
function isFloodForNobody({ socket, peer }, { kind, content, size }) {
  // From a destroyed socket nothing comes; and which end closes first is the event loop's business.
  if (socket.destroyed) return false;
  if (kind === 'pause') return peer.socket?.writableLength > MAX_UNREAD_BYTES;
  const isConsumed = peer.socket === undefined ? peer.consumesFromStart : peer.isConsuming;
  const isFlood = content?.size > MAX_UNREAD_BYTES || size > MAX_UNREAD_BYTES;
  return isFlood && (!isConsumed || socket.writableCorked > 0);
}

/**
 * A row of the compatibility table: the writes of a tick after its first are sent at its end, and learn only then that
 * the other side is gone. So the other side gets no second write once it is gone, on `net` neither.
 *
 * @param {import('./endpoint').Endpoint} end
 * @param {import('./scenario').Operation} operation
 */
function isGathered(end, operation) {
  const isWrite = operation.kind === 'write' || operation.kind === 'pipeFrom' || operation.content;
  if (!isWrite || end.socket.destroyed || end.socket.writableEnded) return false;
  if (end.isPeerGone && (operation.kind === 'pipeFrom' || end.writtenInStep > 0)) return true;
  const written = 1 + (operation.content?.size ?? operation.size * SOURCE_CHUNKS);
  // A Unix socket also counts the pieces, of which there are fewer: how many bytes it takes at once may differ.
  if (end.isUnix && end.writtenInGo > 0 && end.writtenInGo + written > UNIX_BUFFER_BYTES) return true;
  if (end.justWritten === 0) setImmediate(() => (end.justWritten = 0));
  end.justWritten += written;
  end.writtenInGo += written;
  end.writtenInStep += written;
  end.writesInStep += operation.kind === 'pipeFrom' ? SOURCE_CHUNKS : 1;
  return false;
}

/**
 * A row of the compatibility table: a reset while an end is on its way. `net` answers EINVAL, and then neither closes
 * nor gives up the descriptor. A reset that waits for the connect meets an end that came after it.
 *
 * @param {import('./endpoint').Endpoint} end
 * @param {import('./scenario').Operation} operation
 */
function isResetWhileEnding({ socket, willReset, writesInStep, writtenInStep }, { kind }) {
  // How much of a flood has left when it is reset, or of small writes, which the kernel holds back unless they are
  // gathered; and another thread may wake up after a single write and its reset.
  const hasRace = writtenInStep > MAX_UNREAD_BYTES || writesInStep > (IS_THREADED ? 0 : 1);
  if (socket.destroyed) return false;
  if (kind === 'reset') return (socket.writableEnded && !socket.writableFinished) || hasRace;
  return willReset && (kind === 'end' || kind === 'destroySoon' || kind === 'pipeFrom');
}

/**
 * A reader may make room for a flood before or after the other side hears of what is written and ended meanwhile: within
 * one process that depends on who is polled when.
 *
 * @param {import('./endpoint').Endpoint} end
 * @param {import('./scenario').Operation} operation
 */
function isAnswerToFlood(end, { kind, content }) {
  if (!(end.peer.socket?.writableLength > MAX_UNREAD_BYTES)) return false;
  if (READING.includes(kind)) {
    if (end.justWritten > 0) return true;
    if (!end.hasJustRead) setImmediate(() => (end.hasJustRead = false));
    end.hasJustRead = true;
  }
  return end.hasJustRead && (content !== undefined || ENDING.includes(kind));
}

/**
 * How much of a flood the kernel has taken when it is cut off depends on the calls in which it came: gathered bytes go
 * with those that follow.
 *
 * @param {import('./endpoint').Endpoint} end
 * @param {import('./scenario').Operation} operation
 */
function isCutAfterGathering({ socket, justWritten }, { kind }) {
  const { writableLength } = socket;
  return kind === 'destroy' && writableLength > MAX_UNREAD_BYTES && justWritten > writableLength + 1;
}

/**
 * An empty chunk that waits behind a flood costs libuv one more turn of the loop, in which the other side goes on reading.
 *
 * @param {import('./endpoint').Endpoint} end
 * @param {import('./scenario').Operation} operation
 */
function isEmptyBehindFlood({ socket }, { content }) {
  const isEmpty = content?.size === 0 || (content?.as === 'base64' && content.size < 3);
  return isEmpty && socket.writableLength > MAX_UNREAD_BYTES;
}

function noting(end, kind, call) {
  return (...args) => {
    const words = args.map((argument) => (argument instanceof Error ? describeError(argument) : String(argument)));
    const line = `${kind}#${call} called back ${words.join(' ')} ${briefly(end.socket)}`;
    if (end.socket.destroyed) end.trace.addCallback(call, line);
    else end.trace.add(line);
  };
}

/**
 * @param {import('./endpoint').Endpoint} end
 * @param {import('./scenario').Content} content
 * @param {number} seed makes chunks differ, so that swapped ones are seen
 */
function makeChunk(end, { as, size }, seed) {
  const bytes = pattern(size, seed);
  if (as === 'buffer') return { chunk: bytes, bytes: size };
  if (as === 'uint8array') return { chunk: new Uint8Array(bytes), bytes: size };
  const encoding = as === 'default' ? undefined : as;
  const chunk = TEXTS[as]?.(bytes) ?? textOf(size, seed);
  return { chunk, encoding, bytes: Buffer.byteLength(chunk, encoding ?? end.defaultEncoding) };
}

/** How bytes become a string of that encoding; whole units only: half a hexadecimal byte makes Node itself abort. */
const TEXTS = {
  latin1: (bytes) => bytes.toString('latin1'),
  ascii: (bytes) => bytes.map((byte) => byte & 0x7f).toString('latin1'),
  hex: (bytes) => bytes.toString('hex'),
  base64: (bytes) => bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64'),
};

function pattern(size, seed) {
  const bytes = Buffer.allocUnsafe(size);
  for (let index = 0; index < size; index += 1) bytes[index] = (seed * 41 + index * 7 + (index >> 8)) & 0xff;
  return bytes;
}

function textOf(size, seed) {
  const alphabet = ['a', 'é', '€', '😀', String(seed)];
  let text = '';
  for (let index = 0; text.length < size; index += 1) text += alphabet[(index + seed) % alphabet.length];
  return text;
}

/** What is left out of a scenario, on `net` too, because there the two may differ. */
const EXCEPTIONS = [
  isGathered,
  isResetWhileEnding,
  isFloodForNobody,
  isCutAfterGathering,
  isAnswerToFlood,
  isEmptyBehindFlood,
];

module.exports = { perform };
