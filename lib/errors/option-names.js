'use strict';

/**
 * Options with a name that nobody knows. A misspelt one would be ignored in silence, and the program would do without it.
 */

const { invalidArgValue } = require('./argument');

/** So many letters may be added, left out, taken for others or swapped with their neighbour, for a name to be a slip. */
const MAX_SLIPS = 2;
/** But no more than one for so many letters: `place` is no `trace`. */
const LETTERS_PER_SLIP = 3;

/**
 * Checks options of which all are ours: any other name is an error.
 *
 * @param {object} options
 * @param {readonly string[]} names
 * @param {Readonly<Record<string, string>>} [inapplicable] names of ours that have no meaning here, with the reason
 * @throws {TypeError} `ERR_INVALID_ARG_VALUE`, which names the nearest option
 */
function checkNames(options, names, inapplicable = {}) {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || names.includes(name)) continue;
    if (Object.hasOwn(inapplicable, name)) throw invalidArgValue(`options.${name}`, value, inapplicable[name]);
    throw unknownOption(name, value, names, nearest(name, [...names, ...Object.keys(inapplicable)]));
  }
}

/**
 * Checks options that are ours and others' together: an unknown name is an error only if it is a slip for one of ours.
 *
 * @param {object} options
 * @param {readonly string[]} names ours
 * @param {ReadonlySet<string>} others those of Node, which may look like ours
 * @throws {TypeError} `ERR_INVALID_ARG_VALUE`, which names the nearest option
 */
function checkMixedNames(options, names, others) {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || names.includes(name) || others.has(name)) continue;
    const meant = nearest(name, names);
    if (meant !== undefined) throw unknownOption(name, value, names, meant);
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {readonly string[]} names
 * @param {string | undefined} meant
 */
function unknownOption(name, value, names, meant) {
  const known = meant === undefined ? `the options are ${names.join(', ')}` : `the nearest is 'options.${meant}'`;
  return invalidArgValue(`options.${name}`, value, `does not exist; ${known}`);
}

/**
 * @param {string} name
 * @param {readonly string[]} names
 * @returns {string | undefined} the one for which `name` is a slip
 */
function nearest(name, names) {
  let best;
  let fewest = MAX_SLIPS + 1;
  for (const candidate of names) {
    const most = Math.min(fewest - 1, Math.floor(candidate.length / LETTERS_PER_SLIP));
    if (Math.abs(candidate.length - name.length) > most) continue;
    const count = slips(name.toLowerCase(), candidate.toLowerCase());
    if (count > most) continue;
    best = candidate;
    fewest = count;
  }
  return best;
}

/**
 * @param {string} from
 * @param {string} to
 * @returns {number} the distance by optimal string alignment
 */
function slips(from, to) {
  /** @type {number[][]} */
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= from.length; row += 1) {
    const last = rows[row - 1];
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isOther = from[row - 1] === to[column - 1] ? 0 : 1;
      let least = Math.min(last[column] + 1, current[column - 1] + 1, last[column - 1] + isOther);
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (isSwap) least = Math.min(least, rows[row - 2][column - 2] + 1);
      current.push(least);
    }
    rows.push(current);
  }
  return rows[from.length][to.length];
}

module.exports = { checkMixedNames, checkNames };
