'use strict';

/**
 * Whose call is it? Asked for late calls, and for the end of a socket with a timeout, never for a call on an open one.
 *
 * Beyond Node's documentation:
 *
 * - `TLS_CARRIER`, the file from which Node's TLS calls a stream that is no socket of the operating system. It calls from
 *   inside of Node, where nobody could catch an exception, and passes a callback that fails the TLS socket. Should it
 *   change, a refused write of TLS is an uncaught exception, as one of anybody else would be.
 * - `_onTimeout`, the method that emits the `'timeout'` event of a socket of Node's. It is called by a timer that the
 *   socket may have bound before we saw it, so there is nothing to hook into, and a listener of ours would show. Should
 *   it change, what a listener of `'timeout'` ends counts as ended by that listener (`endedBy: 'destroy'` or `'local'`
 *   instead of `'timeout'`). Our own sockets do without it.
 * - The names of the listeners of `pipe()`. Node and every `readable-stream` call the one for `'unpipe'` `onunpipe`; a
 *   minifier takes the name, but leaves its two parameters. The old `Stream` class knows no `'unpipe'`; it is known by
 *   its pair of listeners. Should they change, a late write by a pipe is refused as if the program had made it.
 */

/** The file that gives a handle to a stream that has none. */
const TLS_CARRIER = 'node:internal/js_stream_socket';

const ON_TIMEOUT = /(?:^|\.)_onTimeout$/;

/**
 * @param {Function} called a function that is on the stack
 * @returns {string} the line of the stack that called it, in V8's words; empty if there is none
 */
function callerOf(called) {
  const { prepareStackTrace, stackTraceLimit } = Error;
  // Frozen intrinsics take neither, and need neither: then the stack is longer, and nobody rewrites it.
  Reflect.set(Error, 'prepareStackTrace', undefined);
  Reflect.set(Error, 'stackTraceLimit', 1);
  const holder = { stack: '' };
  Error.captureStackTrace(holder, called);
  const [, line = ''] = String(holder.stack).split('\n');
  Reflect.set(Error, 'prepareStackTrace', prepareStackTrace);
  Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  return line;
}

/**
 * Is the `'timeout'` event of a socket of Node's on the stack?
 *
 * @returns {boolean}
 */
function isTimeoutOnStack() {
  if (Object.isFrozen(Error)) return false;
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = Infinity;
    Error.prepareStackTrace = callSites;
    const holder = /** @type {{ stack: NodeJS.CallSite[] }} */ ({});
    Error.captureStackTrace(holder, isTimeoutOnStack);
    return holder.stack.some(isOnTimeout);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}

/**
 * @param {Error} _error
 * @param {NodeJS.CallSite[]} sites
 * @returns {NodeJS.CallSite[]}
 */
function callSites(_error, sites) {
  return sites;
}

/**
 * @param {NodeJS.CallSite} site
 * @returns {boolean}
 */
function isOnTimeout(site) {
  return ON_TIMEOUT.test(site.getFunctionName() ?? '') && (site.getFileName() ?? '').startsWith('node:');
}

/**
 * Is a source piped into this stream at the moment? `pipe()` leaves its listeners on the destination from `'pipe'` to
 * `'unpipe'`. So the question can be answered when something is refused, and an open stream carries no listeners of ours
 * that a program could see or count.
 *
 * @param {import('node:events').EventEmitter} stream
 * @returns {boolean}
 */
function isPipedInto(stream) {
  for (const listener of stream.listeners('unpipe')) {
    if (listener.name === 'onunpipe' || listener.length === 2) return true;
  }
  for (const listener of stream.listeners('drain')) {
    if (listener.name === 'ondrain') return stream.listeners('close').some(isCleanup);
  }
  return false;
}

/** @param {{ name: string }} listener */
function isCleanup(listener) {
  return listener.name === 'cleanup';
}

module.exports = { TLS_CARRIER, callerOf, isPipedInto, isTimeoutOnStack };
