'use strict';

/**
 * Makes a Duplex new that has ended or was destroyed: what `net` calls, too, for each `connect()` of a socket.
 *
 * Beyond Node's documentation: `_undestroy()` of a Duplex; there is no documented way. Should it go, every `connect()` of
 * ours throws a TypeError that says so.
 *
 * @param {any} duplex
 */
function undestroy(duplex) {
  duplex._undestroy();
}

module.exports = { undestroy };
