'use strict';

/**
 * Small writes to one socket in one tick leave together.
 *
 *     write ──► kernel        the first of a tick, at once
 *     write ──► batch ─┐
 *     write ──► batch ─┤      the others are copied into one buffer …
 *                      └──►   … which is one call at the end of the tick, or sooner (below)
 *
 * Gathered bytes count as written. They are sent before anything that comes after them: at the next write that is not
 * gathered, at `cork()`, `end()`, `destroy()`, `unref()` and at the exit of the process; also when the buffer is full, when
 * too many sockets have one, and at a write that comes more than a millisecond after the first of the batch.
 * `{ gather: false }` turns gathering off.
 */

const { Duplex } = require('node:stream');

const { Batch, roomFor } = require('./batch');
const { kState } = require('./state');
const { nextTick } = require('./timers');

/** A longer chunk is worth a call of its own. */
const MAX_CHUNK_BYTES = 16_384;

/** Sockets with a batch, until the end of the tick; those before the first that may still wait have sent theirs. @type {any[]} */
let waiting = [];
let firstWaiting = 0;
let isExiting = false;

/** Counts what the event loop tells us: two writes under the same number may be of one tick. */
let turn = 0;
/**
 * Ticks that no event of ours begins, such as those of timers, are not told. When a write has waited for others in vain,
 * it may have been for that: from then until the next event, ticks with a write are counted by a tick of their own.
 */
let countsTicks = false;
let isCounting = false;

/** An event has come: a new tick has begun. */
function nextTurn() {
  turn += 1;
  countsTicks = false;
}

/**
 * A write went straight to the kernel; whatever else this tick writes can wait for its end.
 *
 * @param {any} state
 */
function wroteStraight(state) {
  state.turn = turn;
  if (!countsTicks || isCounting) return;
  isCounting = true;
  nextTick(countTick);
}

function countTick() {
  isCounting = false;
  turn += 1;
}

/**
 * @param {any} socket
 * @param {any} state
 * @param {string | Uint8Array} chunk which could go straight to the kernel
 * @param {BufferEncoding} encoding
 * @returns {boolean} whether it was gathered
 */
function gather(socket, state, chunk, encoding) {
  if (state.turn !== turn || !state.gathers || isExiting) return false;
  const room = roomFor(chunk);
  if ((typeof chunk === 'string' ? chunk.length : room) > MAX_CHUNK_BYTES) return false;
  if (state.batch === null) begin(socket, state);
  else if (!state.batch.accepts(room)) return false;
  if (Batch.areTooMany && state.batch.mustGrowFor(room)) sendOldest(socket);
  state.bytesDispatched += state.batch.add(chunk, encoding, room);
  return true;
}

/**
 * @param {any} socket
 * @param {any} state
 */
function begin(socket, state) {
  state.batch = new Batch();
  if (waiting.length === 0) nextTick(flushAll);
  waiting.push(socket);
}

/**
 * Takes the batch out of the state, for its bytes to be sent before others.
 *
 * @param {any} state
 * @returns {InstanceType<typeof Batch> | null}
 */
function takeBatch(state) {
  const { batch } = state;
  batch?.leave();
  state.batch = null;
  state.turn = -1;
  return batch;
}

/**
 * Sends what was gathered. What the kernel does not take now becomes one write of the Writable.
 *
 * @param {any} socket
 */
function flush(socket) {
  const state = socket[kState];
  const batch = takeBatch(state);
  if (batch === null) return;
  if (batch.writes === 1) countsTicks = true;
  const { bytes } = batch;
  const taken = state.stream.write(bytes, 0);
  if (taken === bytes.length) {
    batch.settle(null, true);
    return;
  }
  state.presend = taken;
  state.presendBytes = bytes;
  state.bytesDispatched -= bytes.length;
  Duplex.prototype.write.call(socket, bytes, 'utf8', (error) => batch.settle(error ?? null, false));
}

/**
 * Sends the oldest batches, until another one may have the full size.
 *
 * @param {any} socket whose batch it is: it goes on waiting
 */
function sendOldest(socket) {
  while (Batch.areTooMany && firstWaiting < waiting.length) {
    const oldest = waiting[firstWaiting];
    firstWaiting += 1;
    if (oldest === socket) waiting.push(socket);
    else flush(oldest);
  }
}

function flushAll() {
  const sockets = waiting;
  waiting = [];
  firstWaiting = 0;
  let next = 0;
  try {
    while (next < sockets.length) flush(sockets[next++]);
  } finally {
    // The callback of a write has thrown: the others are sent all the same, be it at the exit that follows.
    if (next < sockets.length) {
      waiting = [...sockets.slice(next), ...waiting];
      nextTick(flushAll);
    }
  }
}

/** The process exits: no tick follows that would send what is gathered. */
function flushAtExit() {
  isExiting = true;
  flushAll();
}

module.exports = { flush, flushAtExit, gather, nextTurn, takeBatch, wroteStraight };
