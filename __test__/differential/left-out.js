'use strict';

/** What is left out of a scenario, on `net` too, because there the two may differ. Each case says why. */

/** What a piped source hands over, one chunk after the other. */
const SOURCE_CHUNKS = 3;
const MAX_UNREAD_BYTES = 10_000;
/** A Unix socket takes a little more than this at once, in whatever pieces. */
const UNIX_BUFFER_BYTES = 150_000;
/** So many writes of a tick make the first of the next one wait. */
const MANY_WRITES = 5;
const READING = ['resume', 'read', 'pipeTo'];
const ENDING = ['destroySoon', 'pipeFrom'];
const IS_THREADED = process.env.SAFE_SOCKET_DRIVER === 'thread';

/** @param {import('./endpoint').Endpoint} end which may not have its socket yet */
function willConsume(end) {
  return end.socket === undefined ? end.consumesFromStart : end.isConsuming;
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
  const isConsumed = willConsume(peer);
  const isFlood = content?.size > MAX_UNREAD_BYTES || size > MAX_UNREAD_BYTES;
  return isFlood && (!isConsumed || socket.writableCorked > 0);
}

/**
 * Nor is it sent small pieces one after the other if it stops reading at a few bytes: another thread may wake it up between them.
 *
 * @param {import('./endpoint').Endpoint} end
 * @param {import('./scenario').Operation} operation
 */
function isPieceForNobody({ socket, peer, writtenInStep }, { content }) {
  if (!IS_THREADED || content === undefined || content === null || socket.destroyed) return false;
  const stopsEarly = (peer.options.highWaterMark ?? Infinity) < MAX_UNREAD_BYTES;
  return stopsEarly && !willConsume(peer) && writtenInStep > 0;
}

/**
 * A row of the compatibility table: the writes of a tick after its first are sent at its end, and learn only then that
 * the other side is gone. So the other side gets no second write once it is gone, on `net` neither; nor a first one after
 * a tick with many, which is gathered, too.
 *
 * @param {import('./endpoint').Endpoint} end
 * @param {import('./scenario').Operation} operation
 */
function isGathered(end, operation) {
  const isWrite = operation.kind === 'write' || operation.kind === 'pipeFrom' || operation.content;
  if (!isWrite || end.socket.destroyed || end.socket.writableEnded) return false;
  const mayWait = operation.kind === 'pipeFrom' || end.writtenInStep > 0 || end.hasWrittenMany;
  if (end.gathers && end.isPeerGone && mayWait) return true;
  const written = 1 + (operation.content?.size ?? operation.size * SOURCE_CHUNKS);
  // A Unix socket also counts the pieces, of which there are fewer: how many bytes it takes at once may differ.
  const isFilling = end.writtenInGo > 0 && end.writtenInGo + written > UNIX_BUFFER_BYTES;
  if (end.gathers && end.isUnix && isFilling) return true;
  if (end.gathers && end.peer.socket !== undefined && !end.peer.isConsuming) {
    end.hasGatheredUnread ||= end.writtenInGo > 0 || operation.kind === 'pipeFrom';
  }
  if (end.justWritten === 0) setImmediate(() => (end.justWritten = 0));
  end.justWritten += written;
  end.writtenInGo += written;
  end.writtenInStep += written;
  end.writesInStep += operation.kind === 'pipeFrom' ? SOURCE_CHUNKS : 1;
  end.hasWrittenMany ||= end.writesInStep >= MANY_WRITES;
  return false;
}

/**
 * Of a socket that nobody reads, the kernel makes a close a reset when there is more than fitted into its buffer: what has
 * been gathered is read at once, and what has not in several parts, of which the first may fill it.
 *
 * @param {import('./endpoint').Endpoint} end
 * @param {import('./scenario').Operation} operation
 */
function isCloseOfUnread({ socket, peer, options, isConsuming }, { kind }) {
  if (kind !== 'destroy' && kind !== 'destroySoon') return false;
  const isSoonFull = (options.highWaterMark ?? Infinity) < MAX_UNREAD_BYTES;
  return peer.hasGatheredUnread && isSoonFull && !isConsuming && !socket.destroyed;
}

/**
 * A row of the compatibility table: a reset while an end is on its way. `net` answers EINVAL, and then neither closes
 * nor gives up the descriptor. A reset that waits for the connect meets an end that came after it.
 *
 * @param {import('./endpoint').Endpoint} end
 * @param {import('./scenario').Operation} operation
 */
function isResetWhileEnding({ socket, willReset, writesInStep, writtenInStep, gathers }, { kind }) {
  // How much of a flood has left when it is reset, or of small writes, which the kernel holds back unless they are
  // gathered; and another thread may wake up after a single write and its reset.
  const isSeenLate = IS_THREADED ? writesInStep > 0 : gathers && writesInStep > 1;
  const hasRace = writtenInStep > MAX_UNREAD_BYTES || isSeenLate;
  if (socket.destroyed) return false;
  if (kind === 'reset') return (socket.writableEnded && !socket.writableFinished) || hasRace;
  return willReset && (kind === 'end' || kind === 'destroySoon' || kind === 'pipeFrom');
}

/**
 * With a byte unread, a close is a reset, which takes away what the other side has not read of a flood: where another thread
 * sees that the flood has left, and that there is a byte, that is a race.
 *
 * @param {import('./endpoint').Endpoint} end
 * @param {import('./scenario').Operation} operation
 */
function isResetOfFlood({ socket, peer, writtenInStep }, { kind }) {
  const isClose = IS_THREADED && kind === 'destroySoon' && !socket.destroyed;
  return isClose && peer.accepted > 0 && writtenInStep > MAX_UNREAD_BYTES;
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
function isCutAfterGathering({ socket, justWritten, gathers }, { kind }) {
  const { writableLength } = socket;
  return gathers && kind === 'destroy' && writableLength > MAX_UNREAD_BYTES && justWritten > writableLength + 1;
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

const EXCEPTIONS = [
  isPieceForNobody,
  isGathered,
  isResetWhileEnding,
  isResetOfFlood,
  isFloodForNobody,
  isCutAfterGathering,
  isAnswerToFlood,
  isEmptyBehindFlood,
  isCloseOfUnread,
];

/**
 * @param {import('./endpoint').Endpoint} end
 * @param {import('./scenario').Operation} operation
 */
function isLeftOut(end, operation) {
  return EXCEPTIONS.some((isException) => isException(end, operation));
}

module.exports = { SOURCE_CHUNKS, isLeftOut };
