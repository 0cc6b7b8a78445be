'use strict';

/**
 * A Duplex made with `readable: false`, as `child.stdin`, has been at its end from the beginning. Every public property
 * has the value that it has when the other side has ended: `readable`, `readableEnded`, `readableAborted`, `readableDidRead`,
 * `readyState`, and what `stream.isReadable()`, `stream.isDisturbed()` and `stream.finished()` make of them.
 *
 * Beyond Node's documentation: `_readableState.readable`. Should it go, the end of such a stream by `end()` counts as the
 * other side's (`endedBy: 'peer'` in the place of `'local'`).
 *
 * @param {any} stream
 * @returns {boolean}
 */
function isWriteOnly(stream) {
  return stream._readableState?.readable === false;
}

module.exports = { isWriteOnly };
