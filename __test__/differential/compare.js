'use strict';

/**
 * Compares an implementation with `net` over many random scenarios.
 *
 * A scenario counts only if `net` itself answers it the same way every time: three runs before the comparison, and
 * many more before a difference is believed. The others are set aside, and counted.
 */

const fc = require('fast-check');

const { runScenario, reference } = require('./run-scenario');
const { scenario: scenarios } = require('./scenario');

const RUNS_BEFORE = 3;
const RUNS_BEFORE_BELIEF = 12;
const SHRINKING_MS = 20_000;
/** What else can be the first that is seen of a reset; of a paused socket's end that is nothing. */
const HANG_UP = /^(?:end |-- |error Error EPIPE|\w+#\d+ called back Error EPIPE)/;
const RESET = /^(?:error|\w+#\d+ called back) Error ECONNRESET .*syscall:read/;
/** A connection that is reset as soon as it is made has failed for whoever looks late: the kernel keeps one error for both. */
const FAILED_LATE = /^connectionAttemptFailed .*Error (?:EPIPE|ECONNRESET)/;

/**
 * @typedef {object} Divergence
 * @property {import('./scenario').Scenario} scenario
 * @property {string} difference
 *
 * @typedef {object} Comparison
 * @property {number} compared
 * @property {number} setAside
 * @property {Divergence | undefined} divergence the first one, shrunk
 */

/**
 * @param {import('./run-scenario').Subject} subject
 * @param {object} options
 * @param {number} options.seed
 * @param {number} options.count
 * @param {boolean} [options.shrink]
 * @returns {Promise<Comparison>}
 */
async function compareMany(subject, { seed, count, shrink = true }) {
  const counts = { compared: 0, setAside: 0 };
  let shrinkUntil = Infinity;
  /** The last that was seen is of the smallest scenario. */
  let difference = '';
  const property = fc.asyncProperty(scenarios, async (scenario) => {
    if (performance.now() > shrinkUntil) return true;
    const verdict = await compareOne(subject, scenario);
    if (shrinkUntil === Infinity) counts[verdict.isSetAside ? 'setAside' : 'compared'] += 1;
    if (verdict.difference === undefined) return true;
    difference = verdict.difference;
    shrinkUntil = Math.min(shrinkUntil, performance.now() + SHRINKING_MS);
    return false;
  });
  const details = await fc.check(property, { seed, numRuns: count, endOnFailure: !shrink });
  if (!details.failed) return { ...counts, divergence: undefined };
  const [scenario] = details.counterexample;
  return { ...counts, divergence: { scenario, difference } };
}

/**
 * @param {import('./run-scenario').Subject} subject
 * @param {import('./scenario').Scenario} scenario
 * @returns {Promise<{ isSetAside: boolean, difference?: string }>}
 */
async function compareOne(subject, scenario) {
  const expected = await runScenario(scenario, reference);
  if (!(await isStable(scenario, expected, RUNS_BEFORE - 1))) return { isSetAside: true };
  const actual = await runScenario(scenario, subject);
  const difference = firstDifference(expected, actual);
  if (difference === undefined) return { isSetAside: false };
  if (racesForHangUp(expected, actual)) return { isSetAside: true };
  if (!(await isStable(scenario, expected, RUNS_BEFORE_BELIEF))) return { isSetAside: true };
  return { isSetAside: false, difference };
}

async function isStable(scenario, expected, runs) {
  for (let run = 0; run < runs; run += 1) {
    if (firstDifference(expected, await runScenario(scenario, reference)) !== undefined) return false;
  }
  return true;
}

/**
 * What a reset is that comes in one event with the last data depends on libuv: the end before 1.52, later the error of a
 * write that waits. A thread that waits for events may wake up for the data alone, and then the reset is one; and for a connection only after its reset.
 *
 * @param {{ client: string[], server: string[] }} expected
 * @param {{ client: string[], server: string[] }} actual
 */
function racesForHangUp(expected, actual) {
  if (process.env.SAFE_SOCKET_DRIVER !== 'thread') return false;
  const { end, index } = placeOfDifference(expected, actual);
  const [wanted, seen] = [expected[end][index], actual[end][index]];
  return (HANG_UP.test(wanted) && RESET.test(seen)) || (wanted?.startsWith('connect ') && FAILED_LATE.test(seen));
}

/**
 * @param {{ client: string[], server: string[] }} expected
 * @param {{ client: string[], server: string[] }} actual
 * @returns {string | undefined}
 */
function firstDifference(expected, actual) {
  const place = placeOfDifference(expected, actual);
  return place && describe(place.end, place.index, expected[place.end], actual[place.end]);
}

function placeOfDifference(expected, actual) {
  for (const end of ['client', 'server']) {
    const length = Math.max(expected[end].length, actual[end].length);
    for (let index = 0; index < length; index += 1) {
      if (expected[end][index] !== actual[end][index]) return { end, index };
    }
  }
  return undefined;
}

function describe(end, index, expected, actual) {
  const before = expected.slice(0, index).map((line) => `      ${line}`);
  const rest = (lines) => lines.slice(index, index + 4);
  return [
    `at the ${end}:`,
    ...before,
    ...rest(expected).map((line) => `  net ${line}`),
    ...rest(actual).map((line) => `  our ${line}`),
  ].join('\n');
}

/** @param {Divergence} divergence */
function explain({ scenario, difference }) {
  return `DIVERGENCE ${difference}\n\nagain: npm run test:differential -- --replay '${JSON.stringify(scenario)}'`;
}

module.exports = { compareMany, compareOne, explain };
