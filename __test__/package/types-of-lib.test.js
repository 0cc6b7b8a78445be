'use strict';

/** In lib/, eslint refuses a type that says nothing of a socket, a state, a stream, a server or a listener. */

const assert = require('node:assert/strict');
const path = require('node:path');
const { describe, it } = require('node:test');

const { ESLint } = require('eslint');

const ROOT = path.join(__dirname, '..', '..');
const RULE = 'safe-socket/typed-streams';

const NAMES = ['socket', 'state', 'stream', 'server', 'listener'];
const REFUSED = [
  'any',
  'object',
  'Object',
  'unknown',
  'Function',
  '{}',
  '*',
  'any | null',
  '?any',
  'object[]',
  '(unknown)',
];
const TAKEN = [
  'RustSocket',
  'SocketState | null',
  "import('node:net').Socket",
  'InstanceType<typeof Stream>',
  '(error: unknown) => void',
  '{ write(chunk: any): boolean }',
  'Set<object>',
];

/** Where a name has a type. @type {Record<string, (name: string, type: string) => string>} */
const PLACES = {
  'a parameter': (name, type) => `/** @param {${type}} ${name} */\nfunction one(${name}) {\n  return ${name};\n}`,
  'an optional parameter': (name, type) =>
    `/**\n * @param {${type}} [${name}]\n */\nfunction one(${name}) {\n  return ${name};\n}`,
  'a property of one': (name, type) =>
    `/** @param {${type}} details.${name} */\nfunction one({ ${name} }) {\n  return ${name};\n}`,
  'a parameter of an arrow function': (name, type) => `const one = (/** @type {${type}} */ ${name}) => ${name};`,
  'a field': (name, type) =>
    `class One {\n  /** Told. @type {${type}} */\n  ${name} = null;\n}\n\nconst one = new One();`,
  'a type': (name, type) => `/**\n * @typedef {object} One\n * @property {${type}} ${name}\n */\nconst one = 1;`,
  this: (_, type) => `/** @this {${type}} */\nfunction one() {\n  return this;\n}`,
};

const eslint = new ESLint({ cwd: ROOT, cache: false });

/**
 * @param {string} code
 * @param {string} [file]
 * @returns {Promise<boolean>} whether the rule refuses it
 */
async function isRefused(code, file = 'lib/socket/state.js') {
  const text = `'use strict';\n\n${code}\n\nmodule.exports = one;\n`;
  const [{ messages }] = await eslint.lintText(text, { filePath: path.join(ROOT, file) });
  assert.deepEqual(
    messages.filter(({ ruleId }) => ruleId !== RULE),
    [],
    text,
  );
  return messages.length > 0;
}

describe('what is central in lib/', () => {
  for (const [place, code] of Object.entries(PLACES)) {
    it(`has a type as ${place}`, async () => {
      for (const name of NAMES) {
        for (const type of REFUSED) assert.equal(await isRefused(code(name, type)), true, `${name}: ${type}`);
      }
    });

    it(`may have any that says something as ${place}`, async () => {
      for (const name of NAMES) {
        for (const type of TAKEN) assert.equal(await isRefused(code(name, type)), false, `${name}: ${type}`);
      }
    });
  }

  it('is not what a program gives, which is checked', async () => {
    for (const name of ['chunk', 'options', 'sockets', 'streamOptions', 'callback']) {
      assert.equal(await isRefused(PLACES['a parameter'](name, 'unknown')), false);
    }
  });

  it('may be anything elsewhere', async () => {
    assert.equal(await isRefused(PLACES['a parameter']('socket', 'any'), 'scripts/lib/one.js'), false);
  });
});
