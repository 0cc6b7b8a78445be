'use strict';

/** Under this symbol a server keeps its native listener, from `listen()` to `close()`; otherwise null. */
const kListener = Symbol('safe-socket.listener');

module.exports = { kListener };
