'use strict';

/** Tables for people. */

/**
 * @param {number} value
 * @param {number} [digits]
 */
function fixed(value, digits = 2) {
  return Number.isFinite(value) ? value.toFixed(digits) : '–';
}

/**
 * @param {{ median: number, low: number, high: number }} spread
 * @param {number} [digits]
 */
function withQuartiles({ median, low, high }, digits = 2) {
  return `${fixed(median, digits)} (${fixed(low, digits)}–${fixed(high, digits)})`;
}

/** @param {string[][]} rows the first is the head */
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (/** @type {string[]} */ row) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n');
}

/**
 * @param {import('./workloads').Workload} workload
 * @param {any[]} results
 */
function workloadTable(workload, results) {
  const unit = workload.per;
  const goal = workload.goal === undefined ? '' : `, goal ${workload.goal}`;
  const head = ['', `${unit}/s`, 'p50 µs', 'p99 µs', `CPU µs/${unit}`, `calls/${unit}`, `× net${goal}`];
  const rows = results.map((result) => [
    result.label,
    fixed(result.rate.median, 0),
    fixed(result.p50.median, 0),
    fixed(result.p99.median, 0),
    withQuartiles(result.cpu),
    result.systemCalls === null ? '–' : fixed(result.systemCalls.all),
    withQuartiles(result.ratio),
  ]);
  return `### ${workload.title}\n\n${table([head, ...rows])}\n`;
}

/** @param {any[]} results */
function memoryTable(results) {
  const rows = results.map(({ label, bytes }) => [label, withQuartiles(bytes, 0)]);
  return `### Resident memory of an idle accepted connection\n\n${table([['', 'bytes'], ...rows])}\n`;
}

/** @param {any[]} results */
function requireTable(results) {
  const rows = results.map(({ label, ms, listeningMs }) => [
    label,
    withQuartiles(ms, 1),
    withQuartiles(listeningMs, 1),
  ]);
  const head = ['', 'require(), CPU ms', 'until a server listens'];
  return `### Starting\n\n${table([head, ...rows])}\n`;
}

module.exports = { memoryTable, requireTable, workloadTable };
