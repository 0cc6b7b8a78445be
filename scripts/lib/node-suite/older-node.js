'use strict';

/**
 * Preloaded into every run, the baseline too: the helpers of a newer checkout call documented functions that an older
 * Node lacks, and would fail every test for a reason that has nothing to do with it.
 */

const util = require('node:util');

if (util.getCallSites === undefined) util.getCallSites = getCallSites;

/** `util.getCallSites()` of Node 22, as far as messages need it. */
function getCallSites(frameCount = 10) {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = frameCount;
  Error.prepareStackTrace = (_, callSites) => callSites;
  const holder = {};
  Error.captureStackTrace(holder, getCallSites);
  const callSites = holder.stack;
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  return callSites.map((site) => ({
    functionName: site.getFunctionName() ?? '',
    scriptName: site.getFileName() ?? '',
    lineNumber: site.getLineNumber(),
    columnNumber: site.getColumnNumber(),
  }));
}
