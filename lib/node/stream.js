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
 * A stream as the contract sees it: a Writable or a Duplex of Node's or of `readable-stream`, a socket, a stream of
 * `http2`, or an HTTP message. The first members are common to all of them; of the others each has some.
 *
 * @typedef {import('node:events').EventEmitter & {
 *   write(chunk: unknown, encoding?: unknown, callback?: unknown): boolean,
 *   end(chunk?: unknown, encoding?: unknown, callback?: unknown): unknown,
 *   destroy(error?: Error): unknown,
 *   writable: boolean,
 *   writableEnded?: boolean,
 *   writableFinished?: boolean,
 *   writableObjectMode?: boolean,
 *   readableEnded?: boolean,
 *   destroyed?: boolean,
 *   errored?: Error | null,
 *   closed?: boolean,
 *   bytesWritten?: number,
 *   _write?: unknown,
 *   _writev?: unknown,
 *   _destroy?: unknown,
 *   connect?: unknown,
 *   allowHalfOpen?: boolean,
 *   pending?: boolean,
 *   connecting?: boolean,
 *   timeout?: unknown,
 *   server?: unknown,
 *   socket?: AnyStream | null,
 *   stream?: AnyStream,
 *   req?: { socket?: AnyStream | null },
 *   session?: { socket?: AnyStream },
 *   rstCode?: number,
 *   setHeader?: unknown,
 * }} AnyStream
 */

/**
 * Makes a Duplex new that has ended or was destroyed.
 *
 * @param {import('node:stream').Duplex} duplex
 */
function undestroy(duplex) {
  /** @type {typeof duplex & { _undestroy(): void }} */ (duplex)._undestroy();
}

/**
 * @param {AnyStream & { _readableState?: { readable?: boolean } }} stream
 * @returns {boolean} whether it was made to be written only
 */
function isWriteOnly(stream) {
  return stream._readableState?.readable === false;
}

module.exports = { isWriteOnly, undestroy };
