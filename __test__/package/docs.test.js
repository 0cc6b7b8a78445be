'use strict';

const assert = require('node:assert/strict');
const { existsSync, readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');

const { runProgram } = require('../../scripts/lib/run-example');

/**
 * Every JavaScript block of the documentation is a program that runs to its end with exit code 0. What a block of
 * `text` right after it says is what it prints; `…` there stands for whatever differs from run to run.
 *
 *     js          a program
 *     js server   one that listens on port 3000 and goes on until it is ended; a client is connected to it
 *     js preload  one that is run under --require safe-socket/register
 *     js using    one with `await using`, for a Node that knows it
 */

const ROOT = path.join(__dirname, '..', '..');

const FILES = [
  ...readdirSync(ROOT).filter((file) => file.endsWith('.md')),
  ...readdirSync(path.join(ROOT, 'docs')).map((file) => path.join('docs', file)),
  ...['bench', '__test__'].map((folder) => path.join(folder, 'NOTES.md')),
].filter((file) => file.endsWith('.md'));

const FENCE = /^```(\w*) ?(\w*)\n(.*?)^```$/gms;

const LINK = /\]\(([^)\s]+)\)/g;

/** A heading's address on the page, as on GitHub. */
const PUNCTUATION = /[^\p{L}\p{N}_ -]/gu;

const ANY_PORT = ['--require', path.join(__dirname, '../fixtures/any-port.js')];
const REGISTER = ['--require', 'safe-socket/register'];

const KNOWS_USING = Number.parseInt(process.versions.node, 10) >= 24;

/**
 * @param {string} file
 * @returns {{ code: string, kind: string, output: string | undefined, line: number }[]}
 */
function programsOf(file) {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const blocks = [...text.matchAll(FENCE)];
  return blocks.flatMap(({ 0: block, 1: language, 2: kind, 3: code, index }, position) => {
    if (language !== 'js') return [];
    const next = blocks[position + 1];
    const isOutput = next?.[1] === 'text' && text.slice(index + block.length, next.index).trim() === '';
    return [{ code, kind, output: isOutput ? next[3] : undefined, line: text.slice(0, index).split('\n').length }];
  });
}

/**
 * @param {string} output
 * @returns {RegExp}
 */
function pattern(output) {
  const lines = output.trimEnd().replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${lines.replaceAll('…', '.*')}\\n$`);
}

/**
 * @param {string} file
 * @returns {string[]} its headings, as the part after `#` in a link
 */
function anchorsOf(file) {
  const text = readFileSync(file, 'utf8').replaceAll(FENCE, '');
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title.toLowerCase().replaceAll(PUNCTUATION, '').replaceAll(' ', '-'),
  );
}

for (const file of FILES) {
  describe(file, () => {
    for (const { code, kind, line, output } of programsOf(file)) {
      const skip = kind === 'using' && !KNOWS_USING && 'this Node does not know `await using`';
      it(`runs what is in line ${line}`, { skip }, async () => {
        const serves = kind === 'server';
        const type = /^import /m.test(code) ? 'module' : 'commonjs';
        const nodeOptions = [...(serves ? ANY_PORT : []), ...(kind === 'preload' ? REGISTER : [])];
        const program = { args: [`--input-type=${type}`, '--eval', code], serves, expected: [pattern(output ?? '')] };
        if (output === undefined) program.expected = [];

        let printed = '';
        const print = (text) => (printed += text);
        assert.equal(await runProgram(program, { anyPort: serves, nodeOptions, print }), undefined, printed);
      });
    }

    it('links to what is there', () => {
      const text = readFileSync(path.join(ROOT, file), 'utf8').replaceAll(FENCE, '');
      const links = [...text.matchAll(LINK)].map(([, link]) => link).filter((link) => !/^\w+:/.test(link));
      const broken = links.filter((link) => {
        const [target, anchor] = link.split('#');
        const page = target === '' ? path.join(ROOT, file) : path.join(ROOT, path.dirname(file), target);
        return !existsSync(page) || (anchor !== undefined && !anchorsOf(page).includes(anchor));
      });
      assert.deepEqual(broken, []);
    });
  });
}
