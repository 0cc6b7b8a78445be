'use strict';

const path = require('node:path');
const { fileURLToPath } = require('node:url');

const { userStack } = require('../contract/user-stack');

/**
 * A line of the program.
 *
 * @typedef {object} Place
 * @property {string} file
 * @property {number} line
 * @property {number} column
 * @property {string} [name] of the function
 */

const FRAME = /^ +at (?:(?:async )?(.+?) \()?(.+?):(\d+):(\d+)\)?$/;

/**
 * @param {Error | undefined} error
 * @returns {Place | null} the first line of the program in its stack
 */
function placeOf(error) {
  if (error === undefined) return null;
  userStack(error);
  for (const frame of String(error.stack).split('\n')) {
    const match = FRAME.exec(frame);
    if (match === null) continue;
    const [, name, file, line, column] = match;
    return {
      file: file.startsWith('file:') ? fileURLToPath(file) : file,
      line: Number(line),
      column: Number(column),
      name,
    };
  }
  return null;
}

/**
 * @param {Place | null} place
 * @returns {string} `file:line`
 */
function showPlace(place) {
  return place === null ? '-' : `${place.file}:${place.line}`;
}

/**
 * For people, who know where they are.
 *
 * @param {Place | null} place
 * @returns {Place | null} its file relative to the working directory where that is shorter
 */
function shortPlace(place) {
  if (place === null || !path.isAbsolute(place.file)) return place;
  const relative = path.relative(process.cwd(), place.file);
  return relative.length < place.file.length ? { ...place, file: relative } : place;
}

module.exports = { placeOf, shortPlace, showPlace };
