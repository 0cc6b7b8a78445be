'use strict';

/**
 * Draws how cost grows, from the results of `npm run bench -- --workload growth --json FILE`:
 *
 *     node bench/plot.js FILE DIRECTORY
 *
 * writes `growth-connections.svg` and `growth-bytes.svg`.
 */

const fs = require('node:fs');
const path = require('node:path');

const WIDTH = 720;
const PANEL_HEIGHT = 300;
const MARGIN = { left: 64, right: 24, top: 40, bottom: 44 };
const FOOT_HEIGHT = 44;
const COLOURS = ['#6b7280', '#c2410c', '#1d4ed8', '#15803d', '#7e22ce'];

/**
 * @typedef {{ label: string, points: Array<[number, number]> }} Series
 * @typedef {{ title: string, xTitle: string, yTitle: string, series: Series[], isLogarithmic: boolean }} Panel
 */

/**
 * @param {any} results
 * @param {string} family
 * @param {(cpu: number, x: number) => number} toY
 * @returns {Series[]}
 */
function seriesOf(results, family, toY) {
  /** @type {Map<string, Array<[number, number]>>} */
  const series = new Map();
  const members = Object.values(results.workloads).filter((workload) => workload.family === family);
  for (const { x, results: servers } of members.toSorted((a, b) => a.x - b.x)) {
    for (const { label, cpu } of servers) {
      const points = series.get(label) ?? [];
      points.push([x, toY(cpu.median, x)]);
      series.set(label, points);
    }
  }
  return [...series].map(([label, points]) => ({ label, points }));
}

/** @param {number} value */
function short(value) {
  if (value >= 2 ** 20 && value % 2 ** 20 === 0) return `${value / 2 ** 20}Mi`;
  if (value >= 1024 && value % 1024 === 0) return `${value / 1024}Ki`;
  return value >= 1 ? value.toLocaleString('en') : String(value);
}

/**
 * @param {number[]} values
 * @param {boolean} isLogarithmic
 * @returns {number[]} where the vertical axis has its lines, the first and the last being its ends
 */
function ticks(values, isLogarithmic) {
  const max = Math.max(...values);
  if (isLogarithmic) {
    const first = Math.floor(Math.log10(Math.min(...values)));
    const last = Math.ceil(Math.log10(max));
    return Array.from({ length: last - first + 1 }, (_, i) => Number((10 ** (first + i)).toPrecision(1)));
  }
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((size) => max / size <= 6) ?? 1000;
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, i) => i * step);
}

/**
 * @param {Panel} panel
 * @param {number} top
 */
function drawPanel({ title, xTitle, yTitle, series, isLogarithmic }, top) {
  const xs = series[0].points.map(([x]) => x);
  const lines = ticks(
    series.flatMap(({ points }) => points.map(([, y]) => y)),
    isLogarithmic,
  );
  const left = MARGIN.left;
  const right = WIDTH - MARGIN.right;
  const upper = top + MARGIN.top;
  const lower = top + PANEL_HEIGHT - MARGIN.bottom;
  const scale = isLogarithmic ? Math.log : Number;
  const [yMin, yMax] = [scale(lines[0]), scale(/** @type {number} */ (lines.at(-1)))];
  const [xMin, xMax] = [Math.log(xs[0]), Math.log(/** @type {number} */ (xs.at(-1)))];
  const toX = (/** @type {number} */ x) => (left + ((Math.log(x) - xMin) / (xMax - xMin)) * (right - left)).toFixed(1);
  const toY = (/** @type {number} */ y) => (lower - ((scale(y) - yMin) / (yMax - yMin)) * (lower - upper)).toFixed(1);
  const out = [
    `<text x="${left}" y="${top + 18}" font-weight="bold">${title}</text>`,
    `<text x="${right}" y="${lower + 34}" text-anchor="end">${xTitle}</text>`,
    `<text x="${left}" y="${upper - 6}" fill="#4b5563">${yTitle}</text>`,
  ];
  for (const y of lines) {
    out.push(`<line x1="${left}" x2="${right}" y1="${toY(y)}" y2="${toY(y)}" stroke="#e5e7eb"/>`);
    out.push(`<text x="${left - 6}" y="${Number(toY(y)) + 4}" text-anchor="end">${short(y)}</text>`);
  }
  for (const x of xs) out.push(`<text x="${toX(x)}" y="${lower + 16}" text-anchor="middle">${short(x)}</text>`);
  series.forEach(({ label, points }, i) => {
    const colour = COLOURS[i % COLOURS.length];
    const path_ = points.map(([x, y]) => `${toX(x)},${toY(y)}`).join(' ');
    out.push(`<polyline points="${path_}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const [x, y] of points) out.push(`<circle cx="${toX(x)}" cy="${toY(y)}" r="3" fill="${colour}"/>`);
    out.push(`<text x="${right - 160}" y="${top + 18 + i * 16}" fill="${colour}">● ${label}</text>`);
  });
  return out.join('\n');
}

/**
 * @param {any} results
 * @param {Panel[]} panels
 */
function draw(results, panels) {
  const height = panels.length * PANEL_HEIGHT + FOOT_HEIGHT;
  const { date, node, processor, system, command, rounds } = results;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#111827">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...panels.map((panel, i) => drawPanel(panel, i * PANEL_HEIGHT)),
    `<text x="12" y="${height - 24}" font-size="10" fill="#4b5563">${date} · Node.js ${node} · ${processor} · ${system} · medians of ${rounds} interleaved rounds</text>`,
    `<text x="12" y="${height - 10}" font-size="10" fill="#4b5563">${command}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function main() {
  const [, , file, directory] = process.argv;
  const results = JSON.parse(fs.readFileSync(file, 'utf8'));
  const perMessage = 'server CPU, µs per message';
  const connections = seriesOf(results, 'connections', (cpu) => cpu);
  fs.writeFileSync(
    path.join(directory, 'growth-connections.svg'),
    draw(results, [
      {
        title: 'Echo of 64 bytes, at most 64 messages under way',
        xTitle: 'open connections',
        yTitle: perMessage,
        series: connections,
        isLogarithmic: false,
      },
    ]),
  );
  const bytes = { xTitle: 'bytes of a message', isLogarithmic: true };
  const title = 'Echo on 16 connections';
  fs.writeFileSync(
    path.join(directory, 'growth-bytes.svg'),
    draw(results, [
      { ...bytes, title, yTitle: perMessage, series: seriesOf(results, 'bytes', (cpu) => cpu) },
      { ...bytes, title, yTitle: 'ns per byte', series: seriesOf(results, 'bytes', (cpu, x) => (cpu * 1e3) / x) },
    ]),
  );
}

main();
