'use strict';

const { endingOf, isEnded, noteDestroy, noteEnd, noteUnknownEnding, restoreEnding } = require('../contract/ending');
const { checkChunk, destroyedStream, refuse, refuseEnd } = require('../contract/refusal');

/** @import { AnyStream } from '../node/stream' */

/**
 * The guard of an HTTP message that is written: `http.ServerResponse`, `http.ClientRequest` and the responses of
 * `http2`'s compatibility API. They are no `stream.Writable`s: `writable` stays true for ever, and they have no
 * `_destroy`; when the connection below is lost Node just sets `destroyed`. So the socket below is watched,
 * and who ended it has ended the message.
 */

const METHODS = /** @type {const} */ (['write', 'end', 'destroy']);

/** What is below each message; Node takes it off a message that is finished. @type {WeakMap<AnyStream, AnyStream>} */
const sockets = new WeakMap();

/**
 * @param {AnyStream} message
 * @param {(socket: AnyStream) => unknown} watch notes who ends the socket
 */
function guardMessage(message, watch) {
  const { write, end, destroy } = message;
  if (isOver(message)) noteUnknownEnding(message);

  const methods = {
    /**
     * @this {AnyStream}
     * @param {unknown} [chunk]
     * @param {unknown} [encoding]
     * @param {unknown} [callback]
     */
    write(chunk, encoding, callback) {
      if (!isOver(message)) return write.call(this, chunk, encoding, callback);
      noteLoss(message);
      checkMessageChunk(message, write, chunk, encoding, methods.write);
      return refuse(message, 'write', chunk, encoding, callback, methods.write);
    },

    /**
     * @this {AnyStream}
     * @param {unknown} [chunk]
     * @param {unknown} [encoding]
     * @param {unknown} [callback]
     */
    end(chunk, encoding, callback) {
      // Node takes any falsy chunk for none here, and the callback from any place.
      if (typeof chunk === 'function') [chunk, encoding, callback] = [undefined, undefined, chunk];
      else if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
      if (!chunk) chunk = undefined;

      if (!isOver(message)) return endNow(message, end, chunk, encoding, callback, methods.end);
      noteLoss(message);
      if (chunk !== undefined) checkMessageChunk(message, write, chunk, encoding, methods.end);
      return refuseEnd(message, chunk, encoding, callback, methods.end, settleEnd);
    },

    /**
     * @this {AnyStream}
     * @param {Error} [error]
     */
    destroy(error) {
      noteLoss(message);
      if (!isOver(message)) noteDestroy(message, error, methods.destroy);
      return destroy.call(this, error);
    },
  };

  /**
   * @this {AnyStream}
   * @param {Function} [callback]
   */
  function settleEnd(callback) {
    if (message.destroyed && !message.writableFinished) {
      if (callback !== undefined) destroyedStream.end(callback);
    } else if (callback !== undefined) {
      end.call(this, settledOnClose(message, callback));
    }
  }

  for (const name of METHODS) {
    if (typeof message[name] !== 'function') continue;
    Object.defineProperty(message, name, {
      value: methods[name],
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }
  const below = message.stream ?? message.socket;
  if (below) watchBelow(message, below, watch);
  else message.prependOnceListener('socket', (/** @type {AnyStream} */ socket) => watchBelow(message, socket, watch));
}

/**
 * @param {AnyStream} message
 * @param {Function} end
 * @param {unknown} chunk
 * @param {unknown} encoding
 * @param {unknown} callback
 * @param {Function} cutoff
 */
function endNow(message, end, chunk, encoding, callback, cutoff) {
  if (typeof callback === 'function') callback = settledOnClose(message, callback);
  const result = end.call(message, chunk, encoding, callback);
  if (message.writableEnded) noteEnd(message, cutoff);
  return result;
}

/**
 * Node calls back on `'finish'`, which does not come when the connection is lost before. A response that waits for its
 * turn on the connection emits not even `'close'`.
 *
 * @param {AnyStream} message
 * @param {Function} callback
 * @returns {(error?: Error | null) => void}
 */
function settledOnClose(message, callback) {
  /** @type {import('node:events').EventEmitter[]} */
  const closing = message.socket || !message.req?.socket ? [message] : [message, message.req.socket];
  let settled = false;
  /** @param {Error | null} [error] */
  const settle = (error) => {
    if (settled) return;
    settled = true;
    for (const emitter of closing) emitter.removeListener('close', onClose);
    callback(error);
  };
  const onClose = () => destroyedStream.end(settle);
  for (const emitter of closing) emitter.once('close', onClose);
  return settle;
}

/**
 * The responses of `http2` know no `destroyed`; their stream does.
 *
 * @param {AnyStream} message
 * @returns {boolean}
 */
function isOver(message) {
  return isEnded(message) || message.stream?.destroyed === true;
}

/**
 * Whoever has ended the socket below has ended the message.
 *
 * @param {AnyStream} message
 */
function noteLoss(message) {
  if (endingOf(message) !== undefined) return;
  const below = sockets.get(message);
  const ending = below === undefined ? undefined : endingOf(below);
  if (ending !== undefined) restoreEnding(message, ending);
}

/**
 * @param {AnyStream} message
 * @param {AnyStream} socket
 * @param {(socket: AnyStream) => unknown} watch
 */
function watchBelow(message, socket, watch) {
  sockets.set(message, socket);
  watch(socket);
}

/**
 * HTTP/1 takes strings and `Uint8Array`s, and says so before it looks whether the message has ended.
 *
 * @param {AnyStream} message
 * @param {Function} write
 * @param {unknown} chunk
 * @param {unknown} encoding
 * @param {Function} cutoff
 */
function checkMessageChunk(message, write, chunk, encoding, cutoff) {
  if (message.stream === undefined && typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
    write.call(message, chunk, encoding);
  }
  checkChunk(message, chunk, encoding, cutoff);
}

module.exports = { guardMessage };
