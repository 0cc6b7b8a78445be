'use strict';

const { addAbortListener } = require('node:events');

const { isEnded } = require('../contract/ending');
const { checkChunk, refusal } = require('../contract/refusal');
const { abortError } = require('../errors/net');
const { ECANCELED, errnoError } = require('../errors/system');
const { validateAbortSignal } = require('../errors/validate');

/** @import { AnyStream } from '../node/stream' */

/**
 * Writes, and waits until the kernel has taken the bytes: the next write then finds room, so that no queue grows.
 *
 * @param {AnyStream & { bytesAccepted?: number }} socket
 * @param {string | NodeJS.ArrayBufferView} data
 * @param {{ encoding?: BufferEncoding, signal?: AbortSignal }} [options] `signal` gives up the wait, not the bytes
 * @returns {Promise<void>} rejects with `ERR_SOCKET_ALREADY_ENDED` if the socket has ended, whatever its policy, and with
 *   the error by which it ends before the bytes are gone
 */
async function write(socket, data, { encoding, signal } = {}) {
  validateAbortSignal(signal, 'options.signal');
  if (signal?.aborted) throw abortError(signal);
  checkChunk(socket, data, encoding, write);
  if (isEnded(socket)) throw refusal(socket, 'write', data, encoding, write);
  /** @type {Disposable | undefined} */
  let subscription;
  try {
    await new Promise((resolve, reject) => {
      if (signal !== undefined) subscription = addAbortListener(signal, () => reject(abortError(signal)));
      let goal = 0;
      socket.write(data, encoding, (/** @type {Error | null | undefined} */ error) => {
        if (error) reject(error);
        // Node 20 reports a write that `destroy()` cuts off as done.
        else if (socket.destroyed && !((socket.bytesAccepted ?? -1) >= goal)) reject(errnoError(ECANCELED, 'write'));
        else resolve(undefined);
      });
      goal = socket.bytesWritten ?? 0;
    });
  } finally {
    subscription?.[Symbol.dispose]();
  }
}

module.exports = { write };
