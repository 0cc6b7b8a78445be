'use strict';

const { shortPlace, showPlace } = require('./place');

const HEADINGS = ['count', 'bytes', 'call', 'written at', 'ended by', 'ended at', 'first', 'last'];
/** Columns of numbers, which end at the same place. */
const RIGHT = new Set(['count', 'bytes']);

/**
 * The report for a terminal.
 *
 * @param {import('./merge').Report} report
 * @returns {string}
 */
function table(report) {
  if (report.refused === 0) return 'safe-socket: no call on an ended socket was refused.\n';
  const rows = report.groups.map((group) => [
    String(group.count),
    String(group.bytesRefused),
    group.operation,
    showPlace(shortPlace(group.wrote)),
    group.endedBy,
    showPlace(shortPlace(group.ended)),
    clock(group.firstAt),
    clock(group.lastAt),
  ]);
  const widths = HEADINGS.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column].length)));
  const lines = [HEADINGS, widths.map((width) => '-'.repeat(width)), ...rows].map((row) =>
    row
      .map((cell, column) =>
        RIGHT.has(HEADINGS[column]) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
  const { refused, bytesRefused, omitted } = report;
  const calls =
    refused === 1 ? '1 call on an ended socket was refused' : `${refused} calls on ended sockets were refused`;
  const more = omitted.groups === 0 ? '' : `${omitted.refusals} more refusals are not in the table: too many places.\n`;
  return `safe-socket: ${calls}, ${bytesRefused} ${bytesRefused === 1 ? 'byte' : 'bytes'}.\n\n${lines.join('\n')}\n${more}`;
}

/**
 * @param {number} ms since the epoch
 * @returns {string} local time of day
 */
function clock(ms) {
  const date = new Date(ms);
  const [hours, minutes, secs] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) =>
    String(n).padStart(2, '0'),
  );
  return `${hours}:${minutes}:${secs}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

module.exports = { table };
