'use strict';

/**
 * @param {Function} called a function that is on the stack
 * @returns {string} the line of the stack that called it, in V8's words; empty where there is none
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

module.exports = { callerOf };
