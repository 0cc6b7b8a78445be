'use strict';

const fs = require('node:fs');

/**
 * @param {any} peer a socket of `net` that is paused
 * @returns {string} what is there now
 */
function readNow(peer) {
  const bytes = Buffer.alloc(64);
  try {
    return bytes.subarray(0, fs.readSync(peer._handle.fd, bytes)).toString();
  } catch (error) {
    if (error.code === 'EAGAIN') return '';
    throw error;
  }
}

module.exports = { readNow };
