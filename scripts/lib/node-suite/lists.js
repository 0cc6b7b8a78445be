'use strict';

/**
 * The files of Node's suite that this package does not pass, and why.
 *
 * The first list may hold eighteen files, so that it does not become a place to put failures away. The second holds
 * every file that asserts what the contract refuses; it cannot be shorter than that. A file leaves its list as soon as
 * the runner reports it as passing on every version.
 */

const SPIES = 'replaces methods of `_handle`, the C++ object of a socket, to see them called; ours has none';
const BINDING = "takes Node's own C++ classes from `internalBinding`";

/** @type {Map<string, string>} what nothing outside Node's core can pass */
const impossible = new Map([
  ['parallel/test-net-connect-keepalive.js', SPIES],
  ['parallel/test-net-connect-nodelay.js', SPIES],
  ['parallel/test-net-server-keepalive.js', SPIES],
  ['parallel/test-net-server-nodelay.js', SPIES],
  ['parallel/test-net-socket-write-after-close.js', 'closes `_handle` behind the back of its socket'],
  ['parallel/test-net-socket-setnodelay.js', 'gives a socket a `handle` of its own making, to see it called'],
  ['parallel/test-net-end-close.js', `${BINDING} and plays the part of a handle`],
  ['parallel/test-net-connect-options-fd.js', `${BINDING}, and compares with \`_handle.fd\``],
  ['parallel/test-net-persistent-nodelay.js', `${BINDING}, and counts the calls of their methods`],
  ['parallel/test-net-persistent-ref-unref.js', `${BINDING}, and counts the calls of their methods`],
  [
    'parallel/test-net-perf_hooks.js',
    "expects `net` entries in Node's performance timeline, which only core can write",
  ],
  ['parallel/test-net-listen-handle-in-cluster-1.js', 'sends a server over IPC, which takes C++ handles only'],
  ['parallel/test-net-listen-twice.js', "waits for messages of cluster's internal protocol, which shares handles"],
]);

const AFTER_DESTROY = 'write() after destroy()';

/** @type {Map<string, string>} what the contract refuses, naming the call */
const contradicting = new Map([
  ['parallel/test-net-connect-reset-after-destroy.js', AFTER_DESTROY],
  ['parallel/test-net-socket-destroy-send.js', AFTER_DESTROY],
  ['parallel/test-net-socket-reset-send.js', AFTER_DESTROY],
  ['parallel/test-net-write-after-close.js', "write() to a socket that the peer's end has ended"],
  ['parallel/test-net-write-after-end-nt.js', 'write() after end()'],
]);

module.exports = { impossible, contradicting };
