'use strict';

const assert = require('node:assert/strict');
const { readdirSync } = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');

const { EXAMPLES } = require('../../scripts/lib/examples');
const { runExample } = require('../../scripts/lib/run-example');

const ANY_PORT = ['--require', path.join(__dirname, '../fixtures/any-port.js')];

describe('examples', () => {
  for (const example of EXAMPLES) {
    const { args = [], file, serves = false, title } = example;
    it(`${file} ${args.join(' ')} keeps its promise: ${title}`, async () => {
      let output = '';
      const print = (text) => (output += text);
      const problem = await runExample(example, { anyPort: serves, nodeOptions: serves ? ANY_PORT : [], print });
      assert.equal(problem, undefined, output);
    });
  }

  it('are all run by the demo', () => {
    const files = readdirSync(path.join(__dirname, '../../examples')).filter((file) => file.endsWith('.js'));
    assert.deepEqual([...new Set(EXAMPLES.map(({ file }) => file))].sort(), files.sort());
  });
});

describe('the runner of examples', () => {
  it('notices output that is not as promised', async () => {
    const problem = await runExample({ title: '', file: 'http.js', expected: [/no such words/] });
    assert.match(problem, /no such words/);
  });

  it('notices a wrong exit code', async () => {
    assert.match(await runExample({ title: '', file: 'http.js', exitCode: 3, expected: [] }), /exit code 0, not 3/);
  });
});
