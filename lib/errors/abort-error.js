'use strict';

/**
 * As Node makes it.
 *
 * @param {AbortSignal} signal
 * @returns {Error & { code: string }}
 */
function abortError(signal) {
  const error = Object.assign(new Error('The operation was aborted', { cause: signal.reason }), { code: 'ABORT_ERR' });
  return Object.defineProperty(error, 'name', { value: 'AbortError', writable: true, configurable: true });
}

module.exports = { abortError };
