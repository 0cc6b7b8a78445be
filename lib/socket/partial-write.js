'use strict';

/**
 * How far a write came that has failed: `error.bytesAccepted` were taken by the kernel, `error.bytesUnsent` never left the
 * process. Not enumerable, so that the error looks as that of `net`.
 *
 * @template {Error} T
 * @param {T} error
 * @param {number} bytesAccepted
 * @param {number} bytesUnsent
 * @returns {T}
 */
function withBytes(error, bytesAccepted, bytesUnsent) {
  return Object.defineProperties(error, {
    bytesAccepted: { value: bytesAccepted, writable: true, configurable: true },
    bytesUnsent: { value: bytesUnsent, writable: true, configurable: true },
  });
}

module.exports = { withBytes };
