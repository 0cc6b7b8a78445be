'use strict';

/**
 * @param {number[]} values
 * @param {number} fraction
 * @returns {number} NaN of nothing
 */
function quantile(values, fraction) {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  if (sorted.length === 0) return NaN;
  const position = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(position)];
  return below + (sorted[Math.ceil(position)] - below) * (position % 1);
}

/**
 * @param {number[]} values
 * @returns {{ median: number, low: number, high: number }} with the quartiles
 */
function spread(values) {
  return { median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) };
}

module.exports = { quantile, spread };
