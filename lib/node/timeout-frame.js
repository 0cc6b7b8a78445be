'use strict';

/**
 * Is the `'timeout'` event of a socket of Node's on the stack? It comes from a timer that the socket may have bound before
 * we saw it, so there is nothing to hook into; a listener of ours would show. But the method that emits has a name, and only
 * a socket with a timeout pays for the look, once.
 *
 * Beyond Node's documentation: that the name is `_onTimeout`. Should it change, what a listener of `'timeout'` ends counts as
 * ended by that listener (`endedBy: 'destroy'` or `'local'` in the place of `'timeout'`). Our own sockets do without it.
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
  return /(?:^|\.)_onTimeout$/.test(site.getFunctionName() ?? '') && (site.getFileName() ?? '').startsWith('node:');
}

module.exports = { isTimeoutOnStack };
