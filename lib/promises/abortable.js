'use strict';

const { addAbortListener } = require('node:events');

const { abortError } = require('../errors/net');
const { validateAbortSignal } = require('../errors/validate');

/**
 * @template T
 * @param {AbortSignal | undefined} signal gives the wait up
 * @param {(resolve: (value: T) => void, reject: (error: Error) => void) => void} begin
 * @returns {Promise<T>} rejects with an `AbortError`, and as `begin` does
 */
async function abortable(signal, begin) {
  validateAbortSignal(signal, 'options.signal');
  if (signal?.aborted) throw abortError(signal);
  /** @type {Disposable | undefined} */
  let subscription;
  try {
    return await new Promise((resolve, reject) => {
      if (signal !== undefined) subscription = addAbortListener(signal, () => reject(abortError(signal)));
      begin(resolve, reject);
    });
  } finally {
    subscription?.[Symbol.dispose]();
  }
}

module.exports = { abortable };
