'use strict';

/**
 * What a `Uint8Array` holds, whatever its own `length` says: a subclass may lie, and then bytes of somebody else's would
 * be sent. 0 where the memory is detached, or has shrunk below the view.
 */

const length = /** @type {PropertyDescriptor} */ (
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'length')
);
const getLength = /** @type {(this: Uint8Array) => number} */ (length.get);

/**
 * @param {Uint8Array} bytes
 * @returns {number}
 * @throws {TypeError} if it only has the prototype of one
 */
function byteLengthOf(bytes) {
  return Reflect.apply(getLength, bytes, []);
}

module.exports = { byteLengthOf };
