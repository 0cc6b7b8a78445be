'use strict';

/**
 * What streams keep to themselves.
 *
 * Beyond Node's documentation:
 *
 * - `_undestroy()` of a Duplex, which `net` calls, too, for each `connect()` of a socket; there is no documented way.
 *   Should it go, every `connect()` of ours throws a TypeError that says so.
 * - `_readableState.readable`. A Duplex made with `readable: false`, such as `child.stdin`, has been at its end from the
 *   beginning: every public property has the value that it has after the peer's end (`readable`, `readableEnded`,
 *   `readableAborted`, `readableDidRead`, `readyState`, and what `stream.isReadable()`, `stream.isDisturbed()` and
 *   `stream.finished()` make of them). Should it go, the end of such a stream by `end()` counts as the peer's
 *   (`endedBy: 'peer'` instead of `'local'`).
 */

/**
 * Makes a Duplex new that has ended or was destroyed.
 *
 * @param {any} duplex
 */
function undestroy(duplex) {
  duplex._undestroy();
}

/**
 * @param {any} stream
 * @returns {boolean} whether it was made to be written only
 */
function isWriteOnly(stream) {
  return stream._readableState?.readable === false;
}

module.exports = { isWriteOnly, undestroy };
