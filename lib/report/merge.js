'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { showPlace } = require('./place');

/**
 * What the processes of one run recorded, as one report.
 *
 * @typedef {object} Report
 * @property {1} version of this format
 * @property {string[]} command
 * @property {string} node version
 * @property {number} startedAt milliseconds since the epoch
 * @property {number} endedAt
 * @property {number} refused calls
 * @property {number} bytesRefused
 * @property {import('./recorder').Group[]} groups most refusals first
 * @property {(import('./recorder').SocketLife & { pid: number })[]} sockets
 * @property {{ groups: number, sockets: number, refusals: number }} omitted what did not fit
 */

/**
 * @param {string} directory
 * @param {string[]} command
 * @returns {Report}
 */
function mergeRecordings(directory, command) {
  /** @type {import('./recorder').Recording[]} */
  const recordings = fs
    .readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(fs.readFileSync(path.join(directory, file), 'utf8')));

  /** @type {Map<string, import('./recorder').Group>} */
  const groups = new Map();
  const sockets = [];
  const omitted = { groups: 0, sockets: 0, refusals: 0 };
  for (const recording of recordings) {
    const merged = recording.groups.map((group) => mergeGroup(groups, group));
    for (const life of recording.sockets) {
      const refused = life.refused.map(([at, index]) => /** @type {const} */ ([at, merged[index]]));
      sockets.push({ ...life, pid: recording.pid, refused });
    }
    omitted.groups += recording.omitted.groups;
    omitted.sockets += recording.omitted.sockets;
    omitted.refusals += recording.omitted.refusals;
  }

  const sorted = [...groups.values()].sort((a, b) => b.count - a.count || a.firstAt - b.firstAt);
  return {
    version: 1,
    command,
    node: process.version,
    startedAt: Math.min(...recordings.map(({ startedAt }) => startedAt)),
    endedAt: Math.max(...recordings.map(({ endedAt }) => endedAt)),
    refused: sorted.reduce((sum, { count }) => sum + count, omitted.refusals),
    bytesRefused: sorted.reduce((sum, { bytesRefused }) => sum + bytesRefused, 0),
    groups: sorted.map((group, index) => ({ ...group, index })),
    sockets: sockets
      .sort((a, b) => a.openedAt - b.openedAt)
      .map(({ refused, ...life }) => ({ ...life, refused: refused.map(([at, group]) => [at, sorted.indexOf(group)]) })),
    omitted,
  };
}

/**
 * @param {Map<string, import('./recorder').Group>} groups
 * @param {import('./recorder').Group} group
 * @returns {import('./recorder').Group}
 */
function mergeGroup(groups, group) {
  const key = [group.operation, showPlace(group.wrote), showPlace(group.ended), group.endedBy].join('\n');
  const known = groups.get(key);
  if (known === undefined) {
    groups.set(key, group);
    return group;
  }
  known.count += group.count;
  known.bytesRefused += group.bytesRefused;
  known.firstAt = Math.min(known.firstAt, group.firstAt);
  known.lastAt = Math.max(known.lastAt, group.lastAt);
  return known;
}

module.exports = { mergeRecordings };
