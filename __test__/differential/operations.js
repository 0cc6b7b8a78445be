'use strict';

/**
 * What a scenario can ask an end to do. Every operation notes what it returned or threw; callbacks are noted when
 * they are called, each time they are called.
 */

const { Readable, Writable } = require('node:stream');

const { SOURCE_CHUNKS, isLeftOut } = require('./left-out');
const { SINK_BYTES, briefly, describeError } = require('./trace');

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
    if (end.socket === undefined || isLeftOut(end, operation)) {
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

module.exports = { perform };
