'use strict';

/**
 * Small writes to one socket in one tick leave together.
 *
 *     write ──► kernel        the first of a tick, at once
 *     write ──► batch ─┐
 *     write ──► batch ─┤      the others are copied into one buffer …
 *                      └──►   … which is one call at the end of the tick, or sooner (below)
 *
 * A socket that has just written many times in a tick will do so again: its next tick has one call and not two.
 *
 * Gathered bytes count as written. They are sent before anything that comes after them: at the next write that is not
 * gathered, at `cork()`, `end()`, `destroy()`, `unref()` and at the exit of the process; also when the buffer is full, when
 * too many sockets have one, and at a write that comes more than a millisecond after the first of the batch.
 * `{ gather: false }` turns gathering off.
 */

const { Duplex } = require('node:stream');

const { kState } = require('../contract/record');
const { EAGAIN } = require('../errors/system');
const { onExit } = require('../native/addon');
const { turns } = require('../native/events');
const { nextTick } = require('../node/clock');
const { Batch, roomFor } = require('./batch');

/** @import { NativeStream } from '../native/stream' */
/** @import { RustSocket } from './socket' */
/** @import { SocketState } from './state' */

/** A longer chunk is worth a call of its own. */
const MAX_CHUNK_BYTES = 16_384;

/** So many writes in a batch, besides the first of the tick, are worth waiting for the next time. */
const MANY_WRITES = 4;
/** The `turn` of a socket whose first write waits for the others. */
const DELAYS_FIRST = -2;

/**
 * Sockets with a batch, until the end of the tick; those before the first that may still wait have sent theirs.
 *
 * @type {RustSocket[]}
 */
let waiting = [];
let firstWaiting = 0;
let isExiting = false;

/**
 * Two writes may be of one tick if no event came between them, nor a tick that was counted here. Ticks that no event of ours
 * begins, such as those of timers, are not told. When a write has waited for others in vain, it may have been for that:
 * from then until the next event, ticks with a write are counted by a tick of their own.
 */
let ticks = 0;
/** The event since which ticks are counted. */
let countsSince = -1;
let isCounting = false;

/**
 * A write went straight to the kernel; whatever else this tick writes can wait for its end.
 *
 * @param {SocketState} state
 */
function wroteStraight(state) {
  state.turn = turns.count + ticks;
  if (countsSince !== turns.count || isCounting) return;
  isCounting = true;
  nextTick(countTick);
}

function countTick() {
  isCounting = false;
  ticks += 1;
}

/**
 * @param {RustSocket} socket
 * @param {SocketState} state
 * @param {string | Uint8Array} chunk which could go straight to the kernel
 * @param {BufferEncoding} encoding
 * @returns {boolean | null} whether it was gathered; null: nothing was done, and the socket is not what it was, as callbacks
 *   of others have run
 */
function gather(socket, state, chunk, encoding) {
  const isFirst = state.turn === DELAYS_FIRST;
  if ((state.turn !== turns.count + ticks && !isFirst) || !state.gathers || isExiting) return false;
  const room = roomFor(chunk);
  if ((typeof chunk === 'string' ? chunk.length : room) > MAX_CHUNK_BYTES) return false;
  if (state.batch !== null && !state.batch.accepts(room)) return false;
  const batch = state.batch ?? begin(socket, state, isFirst);
  if (Batch.areTooMany && batch.mustGrowFor(room)) {
    sendOldest(socket);
    if (state.batch !== batch) return null;
  }
  state.bytesDispatched += batch.add(chunk, encoding, room);
  return true;
}

/**
 * @param {RustSocket} socket
 * @param {SocketState} state
 * @param {boolean} isFirst whether it begins with the first write of the tick
 * @returns {InstanceType<typeof Batch>}
 */
function begin(socket, state, isFirst) {
  const batch = new Batch(isFirst);
  state.batch = batch;
  if (waiting.length === 0) nextTick(flushAll);
  waiting.push(socket);
  return batch;
}

/**
 * Takes the batch out of the state, for its bytes to be sent before others.
 *
 * @param {SocketState} state
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
 * Decides about the first write of the next tick from what this one was like. One that has waited in a tick that took
 * long, and so was kept from a peer that could have had it, was the last of its socket to do so.
 *
 * @param {SocketState} state
 * @param {InstanceType<typeof Batch>} batch which is about to be sent
 */
function learn(state, batch) {
  if (!batch.hasFirst && batch.writes < MANY_WRITES) return;
  const { isYoung } = batch;
  if (batch.hasFirst && !isYoung) state.delaysFirst = false;
  if (batch.writes >= MANY_WRITES && isYoung && state.delaysFirst) state.turn = DELAYS_FIRST;
}

/** @typedef {SocketState & { stream: NativeStream }} OpenState that of a socket which has a batch */

/**
 * @param {OpenState} state
 * @param {InstanceType<typeof Batch>} batch
 * @returns {number} the bytes that the kernel took, or an errno
 */
function send(state, batch) {
  if (batch.writes === 1) countsSince = turns.count;
  learn(state, batch);
  const taken = state.stream.write(batch.bytes);
  if (taken === batch.length) batch.settle(null, true);
  return taken;
}

/**
 * What the kernel did not take becomes one write of the Writable.
 *
 * @param {RustSocket} socket
 * @param {InstanceType<typeof Batch>} batch
 * @param {number} taken bytes of it that were sent, or an errno
 */
function handOver(socket, batch, taken) {
  const state = socket[kState];
  const { bytes } = batch;
  state.presend = taken;
  state.presendBytes = bytes;
  state.bytesDispatched -= bytes.length;
  Duplex.prototype.write.call(socket, bytes, 'utf8', (error) => {
    // A corked one is perhaps never dispatched.
    state.presend = null;
    state.presendBytes = null;
    batch.settle(error ?? null, false);
  });
}

/**
 * Sends what was gathered.
 *
 * @param {RustSocket} socket
 */
function flush(socket) {
  const state = socket[kState];
  const batch = takeBatch(state);
  if (batch === null) return;
  const taken = send(/** @type {OpenState} */ (state), batch);
  if (taken !== batch.length) handOver(socket, batch, taken);
}

/**
 * Sends what was gathered, and corks the socket. If that fails, `uncork()` finds out: whoever has seen that the socket
 * is writable may cork it, and is not refused.
 *
 * @param {RustSocket} socket
 */
function flushAndCork(socket) {
  const { cork } = Duplex.prototype;
  const state = socket[kState];
  const batch = takeBatch(state);
  const taken = batch === null ? 0 : send(/** @type {OpenState} */ (state), batch);
  const isFailure = taken < 0 && taken !== EAGAIN;
  if (isFailure) cork.call(socket);
  if (batch !== null && taken !== batch.length) handOver(socket, batch, taken);
  if (!isFailure) cork.call(socket);
}

/**
 * Sends the oldest batches, until another one may have the full size.
 *
 * @param {RustSocket} socket whose batch it is: it goes on waiting
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

onExit(flushAtExit);

module.exports = { flush, flushAndCork, gather, takeBatch, wroteStraight };
