'use strict';

/**
 * @typedef {import('./run-tests').TestResult} TestResult
 * @typedef {{ name: string, was: TestResult, is: TestResult }} Difference
 */

/**
 * @param {Map<string, TestResult>} baseline
 * @param {Map<string, TestResult>} results
 * @param {{ impossible: Map<string, string>, contradicting: Map<string, string> }} lists
 */
function compare(baseline, results, lists) {
  const outcome = {
    passed: 0,
    expected: results.size,
    /** @type {Difference[]} not listed: what the run fails for */
    differences: [],
    /** @type {{ name: string, reason: string, list: string }[]} listed, and differing as the list says */
    listed: [],
    /** @type {{ name: string, list: string }[]} listed, and passing all the same */
    listedButPassing: [],
    /** @type {string[]} */
    retried: [],
  };
  for (const [name, is] of results) {
    const was = baseline.get(name);
    const list = listOf(name, lists);
    const isEqual = is.status === 'passed' || is.status === was.status;
    if (isEqual) outcome.passed += 1;
    if (isEqual && is.retried) outcome.retried.push(name);
    if (isEqual && list) outcome.listedButPassing.push({ name, list });
    if (!isEqual && list) outcome.listed.push({ name, list, reason: lists[list].get(name) });
    if (!isEqual && !list) outcome.differences.push({ name, was, is });
  }
  return outcome;
}

function listOf(name, lists) {
  if (lists.impossible.has(name)) return 'impossible';
  if (lists.contradicting.has(name)) return 'contradicting';
  return undefined;
}

/**
 * @param {object} report
 * @param {string} report.title
 * @param {Map<string, TestResult>} report.baseline
 * @param {ReturnType<typeof compare>} [report.outcome]
 * @param {number} report.lines
 */
function printReport({ title, baseline, outcome, lines }) {
  const print = (text = '') => process.stdout.write(`${text}\n`);
  print(title);
  printBaseline(baseline, print);
  if (outcome === undefined) return;

  for (const { name, was, is } of outcome.differences) {
    print(`\nDIFFERENT ${name}: ${is.status} (${is.ended}); plain Node: ${was.status}`);
    for (const line of lastLines(is.output, lines)) print(`    | ${line}`);
  }
  if (outcome.listed.length > 0) print('\nlisted, and different as listed:');
  for (const { name, list, reason } of outcome.listed) print(`    ${name} (${list}): ${reason}`);
  if (outcome.listedButPassing.length > 0) print('\nlisted, but passing here:');
  for (const { name, list } of outcome.listedButPassing) print(`    ${name} (${list})`);
  if (outcome.retried.length > 0) print('\npassed at the second attempt, alone:');
  for (const name of outcome.retried) print(`    ${name}`);

  print();
  print(`passed ${outcome.passed} of the ${outcome.expected} that plain Node passes`);
  print(`different: ${outcome.differences.length} unlisted, ${outcome.listed.length} listed`);
}

function printBaseline(baseline, print) {
  const names = { passed: [], skipped: [], failed: [], 'timed out': [] };
  for (const [name, result] of baseline) names[result.status].push(name);
  const good = names.passed.length + names.skipped.length;
  print(`baseline: ${good} of ${baseline.size} files (${names.skipped.length} of them skip themselves)`);
  for (const status of ['skipped', 'failed', 'timed out']) {
    for (const name of names[status]) print(`    ${status} on plain Node: ${name}`);
  }
}

function lastLines(output, count) {
  return output.trimEnd().split('\n').slice(-count);
}

module.exports = { compare, printReport };
