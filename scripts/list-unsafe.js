'use strict';

/**
 * Writes docs/unsafe.md: every `unsafe` block of the crate, with the obligation that its SAFETY comment names.
 * With `--check`, only says whether the file is up to date. Fails where a file outside of the one room for it has any.
 */

const { existsSync, readFileSync, readdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { ROOT, fail } = require('./lib/checkout');

const TARGET = path.join(ROOT, 'docs/unsafe.md');
const SOURCES = path.join(ROOT, 'src');
const ROOM = 'sys/';

const INTRODUCTION = `# Every \`unsafe\`

Generated from the sources by \`npm run docs:unsafe\`; do not edit. Unsafe code is in \`src/sys\` and nowhere else: one
operation a block, and each block says what must hold and who sees to it. The compiler refuses it in the other rooms, and
clippy a block without the comment.
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

/** @returns {string[]} the paths of all sources */
function sources() {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.rs'))
    .map((file) => file.split(path.sep).join('/'))
    .sort();
}

/** @returns {string[]} sources outside of the room in which the word stands */
function strays() {
  return sources().filter((file) => {
    const code = readFileSync(path.join(SOURCES, file), 'utf8').replace(/\/\/.*$/gm, '');
    return !file.startsWith(ROOM) && /\bunsafe\b/.test(code);
  });
}

/** @returns {string} */
function render() {
  const files = sources().filter((file) => file.startsWith(ROOM));
  const sections = files.map((file) => {
    const rows = blocksOf(path.join(SOURCES, file)).map(({ where, obligation }) => `| \`${where}\` | ${obligation} |`);
    if (rows.length === 0) return '';
    return `\n## ${file.slice(ROOM.length)}\n\n| in | obligation, and who meets it |\n|---|---|\n${rows.join('\n')}\n`;
  });
  return INTRODUCTION + sections.join('');
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const astray = strays();
if (astray.length > 0) fail(`unsafe code outside of src/sys: ${astray.join(', ')}`);
const text = render();
if (!values.check) writeFileSync(TARGET, text);
else if (!existsSync(TARGET) || readFileSync(TARGET, 'utf8') !== text) {
  fail('docs/unsafe.md is not up to date: npm run docs:unsafe');
}
