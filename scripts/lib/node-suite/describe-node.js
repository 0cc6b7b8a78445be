'use strict';

const { execFileSync } = require('node:child_process');

/**
 * @typedef {object} NodeBinary
 * @property {string} path
 * @property {string} version e.g. `v26.10.0`
 */

/**
 * @param {string} binary path or command
 * @returns {NodeBinary}
 */
function describeNode(binary) {
  const script = 'process.stdout.write(JSON.stringify({ path: process.execPath, version: process.version }))';
  return JSON.parse(execFileSync(binary, ['-e', script], { encoding: 'utf8' }));
}

module.exports = { describeNode };
