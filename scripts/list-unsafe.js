'use strict';

/**
 * Writes docs/unsafe.md: every `unsafe` block of the crate, with the obligation that its SAFETY comment names.
 * With `--check`, only says whether the file is up to date.
 */

const { existsSync, readFileSync, readdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { ROOT, fail } = require('./checkout');

const TARGET = path.join(ROOT, 'docs/unsafe.md');

const INTRODUCTION = `# Every \`unsafe\`

Generated from the sources by \`npm run docs:unsafe\`; do not edit. Unsafe code is in \`src/event_loop\` and nowhere else: one
operation a block, and each block says what must hold and who sees to it. The crate denies \`unsafe_code\` elsewhere, and
clippy refuses a block without the comment.
`;

const BLOCK = /\bunsafe (?:\{|impl\b)/;
const FUNCTION = /\bfn (\w+)/;
const COMMENT = /^\s*\/\/ (.*)$/;

/** A comment may stand this far above the operation: above the statement that the block is in. */
const REACH = 4;

/**
 * @param {string} file
 * @returns {{ where: string, obligation: string }[]}
 */
function blocksOf(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    const code = line.replace(/\/\/.*$/, '');
    return BLOCK.test(code) ? [{ where: whereIs(lines, index), obligation: obligationOf(lines, index) }] : [];
  });
}

/**
 * @param {string[]} lines
 * @param {number} index
 * @returns {string} the function that the line is in, or the line itself for an `unsafe impl`
 */
function whereIs(lines, index) {
  if (/\bunsafe impl\b/.test(lines[index])) return lines[index].replace(/\s*\{.*$/, '').trim();
  const name = lines.slice(0, index + 1).findLast((line) => FUNCTION.test(line) && !COMMENT.test(line));
  return `${FUNCTION.exec(name ?? '')?.[1]}()`;
}

/**
 * @param {string[]} lines
 * @param {number} index
 * @returns {string} the words of the SAFETY comment above
 */
function obligationOf(lines, index) {
  const end = lines.findLastIndex((line, i) => i < index && i >= index - REACH && COMMENT.test(line));
  const start = lines.findLastIndex((line, i) => i <= end && line.includes('// SAFETY: '));
  if (start === -1 || lines.slice(start, end + 1).some((line) => !COMMENT.test(line))) return '(not said)';
  const words = lines.slice(start, end + 1).map((line) => COMMENT.exec(line)?.[1]);
  return words.join(' ').replace('SAFETY: ', '').replaceAll('|', '\\|');
}

/** @returns {string} */
function render() {
  const folder = path.join(ROOT, 'src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.rs'));
  const sections = files.sort().map((file) => {
    const rows = blocksOf(path.join(folder, file)).map(({ where, obligation }) => `| \`${where}\` | ${obligation} |`);
    if (rows.length === 0) return '';
    const title = file.split(path.sep).join('/');
    return `\n## ${title}\n\n| in | obligation, and who meets it |\n|---|---|\n${rows.join('\n')}\n`;
  });
  return INTRODUCTION + sections.join('');
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const text = render();
if (!values.check) writeFileSync(TARGET, text);
else if (!existsSync(TARGET) || readFileSync(TARGET, 'utf8') !== text) {
  fail('docs/unsafe.md is not up to date: npm run docs:unsafe');
}
