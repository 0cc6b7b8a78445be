'use strict';

/**
 * The files of Node's suite that this package does not pass, and why.
 *
 * Both lists are bounded, 18 and 3 files, so that neither becomes a place to put failures away. A file leaves its list
 * as soon as the runner reports it as passing on every version.
 */

/** @type {Map<string, string>} what nothing outside Node's core can pass */
const impossible = new Map([]);

/** @type {Map<string, string>} what the contract refuses, naming the call */
const contradicting = new Map([]);

module.exports = { impossible, contradicting };
