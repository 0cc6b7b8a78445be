'use strict';

/**
 * A reporter for Node's test runner: one line for each file in which a test failed.
 *
 * @param {AsyncIterable<{ type: string, data: any }>} events
 */
module.exports = async function* failedFiles(events) {
  const named = new Set();
  for await (const { type, data } of events) {
    if (type !== 'test:fail' || data.todo !== undefined || data.file === undefined || named.has(data.file)) continue;
    named.add(data.file);
    yield `${data.file}\n`;
  }
};
