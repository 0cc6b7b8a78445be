'use strict';

/**
 * The numbers that libuv gives to the errors which lib/ itself tells apart. The native addon reports
 * every failure as such a number (negative; https://docs.libuv.org/en/v1.x/errors.html).
 */

const { getSystemErrorMap } = require('node:util');

/** @type {Map<string, number>} */
const numbers = new Map(Array.from(getSystemErrorMap(), ([number, [name]]) => [name, number]));

/**
 * @param {string} name for instance `EAGAIN`
 * @returns {number}
 */
function errno(name) {
  return /** @type {number} */ (numbers.get(name));
}

module.exports = {
  EADDRINUSE: errno('EADDRINUSE'),
  EAGAIN: errno('EAGAIN'),
  EALREADY: errno('EALREADY'),
  EBADF: errno('EBADF'),
  ECANCELED: errno('ECANCELED'),
  EFAULT: errno('EFAULT'),
  EINVAL: errno('EINVAL'),
  ENOBUFS: errno('ENOBUFS'),
  ENOTCONN: errno('ENOTCONN'),
  ETIMEDOUT: errno('ETIMEDOUT'),
};
