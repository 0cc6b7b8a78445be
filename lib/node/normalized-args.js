'use strict';

/**
 * Node marks argument lists of `connect()` that were already brought into one form, and takes such a list in the place of
 * its arguments.
 *
 * Beyond Node's documentation: `net._normalizeArgs()`, and that the mark is a symbol which only such a list shows.
 * Should they change, a list that a program made by it counts as options without a port: `connect()` of ours throws
 * `ERR_MISSING_ARGS`.
 */

const net = require('node:net');

const [mark] = /** @type {Array<symbol | undefined>} */ (
  Object.getOwnPropertySymbols(Reflect.get(net, '_normalizeArgs')?.([]) ?? [])
);

/**
 * @param {unknown[]} args
 * @returns {boolean}
 */
function isNormalizedByNode(args) {
  return mark !== undefined && Object.hasOwn(args, mark);
}

module.exports = { isNormalizedByNode };
