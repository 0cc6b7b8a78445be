'use strict';

/** The rooms of lib/ know only those further in: eslint refuses an arrow that is turned, wherever the require() stands. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');

const { ESLint } = require('eslint');

const ROOT = path.join(__dirname, '..', '..');
const LIB = path.join(ROOT, 'lib');

/** From the inside out; a room knows those of the lines above it. */
const STEPS = [
  ['errors', 'node'],
  ['contract', 'native'],
  ['guard', 'socket'],
  ['delivery', 'server'],
  ['http', 'promises', 'report'],
];
const ROOMS = STEPS.flat();
const stepOf = (/** @type {string} */ room) => STEPS.findIndex((step) => step.includes(room));

const PATHS = 'import-x/no-restricted-paths';
const HIDDEN = 'no-restricted-syntax';

/** How a file may come by another. @type {Record<string, (request: string) => string>} */
const WAYS = {
  'at the top': (request) => `module.exports = require('${request}');`,
  'inside a function': (request) => `module.exports = () => require('${request}');`,
  'by import()': (request) => `module.exports = () => import('${request}');`,
};

const eslint = new ESLint({ cwd: ROOT, cache: false });

/**
 * @param {string} room
 * @param {string} code
 * @returns {Promise<(string | null)[]>} the rules that refuse it in a file of that room
 */
async function rulesAgainst(room, code) {
  const [{ messages }] = await eslint.lintText(`'use strict';\n\n${code}\n`, {
    filePath: path.join(LIB, room, fileOf(room)),
  });
  return messages.map(({ ruleId }) => ruleId);
}

/** @param {string} room */
function fileOf(room) {
  return fs.readdirSync(path.join(LIB, room)).find((file) => file.endsWith('.js') && file !== 'binding.js') ?? '';
}

describe('the rooms of lib/', () => {
  it('are those that the rules know', () => {
    const folders = fs.readdirSync(LIB, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    assert.deepEqual(folders.map(({ name }) => name).sort(), [...ROOMS].sort());
  });

  for (const room of ROOMS) {
    it(`${room} cannot require its neighbours, nor what is further out`, async () => {
      for (const other of ROOMS.filter((name) => name !== room && stepOf(name) >= stepOf(room))) {
        for (const [way, code] of Object.entries(WAYS)) {
          const rules = await rulesAgainst(room, code(`../${other}/${fileOf(other)}`));
          assert.ok(rules.includes(PATHS), `${room} → ${other} ${way}: ${rules}`);
        }
      }
    });

    it(`${room} cannot require a face`, async () => {
      for (const face of ['../net', '../../index', '../../http']) {
        for (const [way, code] of Object.entries(WAYS)) {
          const rules = await rulesAgainst(room, code(face));
          assert.ok(rules.includes(PATHS), `${room} → ${face} ${way}: ${rules}`);
        }
      }
    });
  }

  it('contract and guard never lead to the binary', async () => {
    for (const room of ['contract', 'guard']) {
      assert.ok((await rulesAgainst(room, WAYS['inside a function']('../native/addon'))).includes(PATHS));
    }
  });

  it('may require what is further in', async () => {
    const code = `const { nowMs } = require('../node/clock');\n\nmodule.exports = nowMs;`;
    for (const room of ROOMS.filter((name) => stepOf(name) > 0)) assert.deepEqual(await rulesAgainst(room, code), []);
  });

  for (const room of ROOMS) {
    it(`${room} cannot hide what it requires`, async () => {
      for (const code of [
        `const file = './x';\nmodule.exports = require(file);`,
        `module.exports = (/** @type {string} */ name) => require(\`./\${name}\`);`,
        'module.exports = require(`../net`);',
        'module.exports = (/** @type {string} */ file) => import(file);',
        `module.exports = module.require('./x');`,
        `const { createRequire } = require('node:module');\n\nmodule.exports = createRequire(__filename)('./x');`,
        `const load = require;\n\nmodule.exports = load('./x');`,
      ]) {
        assert.ok((await rulesAgainst(room, code)).includes(HIDDEN), code);
      }
    });
  }

  it('have no circle, not even inside of a room', () => {
    assert.deepEqual(circleIn(requiresOfAll()), []);
  });

  it('would be told of a circle', () => {
    const requires = requiresOfAll();
    const [argument, net] = ['argument.js', 'net.js'].map((file) => path.join(LIB, 'errors', file));
    requires.set(argument, [...(requires.get(argument) ?? []), net]);
    assert.deepEqual(circleIn(requires), [argument, net]);
  });
});

/** @returns {Map<string, string[]>} the files of the package, each with those that it requires, wherever it does */
function requiresOfAll() {
  const files = [ROOT, LIB, ...ROOMS.map((room) => path.join(LIB, room))].flatMap((folder) =>
    fs.readdirSync(folder).flatMap((file) => (file.endsWith('.js') ? [path.join(folder, file)] : [])),
  );
  return new Map(
    files.map((file) => {
      const text = fs.readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\//g, '');
      const requests = Array.from(text.matchAll(/require\('(\.[^']*)'\)/g), ([, request]) => request);
      const targets = requests.map((request) => path.resolve(path.dirname(file), request.replace(/(?:\.js)?$/, '.js')));
      return [file, targets.filter((target) => files.includes(target))];
    }),
  );
}

/**
 * @param {Map<string, string[]>} requires
 * @returns {string[]} the files of the first circle that is found
 */
function circleIn(requires) {
  /** @type {Set<string>} */
  const done = new Set();
  /** @type {(file: string, path: string[]) => string[]} */
  const search = (file, way) => {
    if (way.includes(file)) return way.slice(way.indexOf(file));
    if (done.has(file)) return [];
    for (const target of requires.get(file) ?? []) {
      const circle = search(target, [...way, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  for (const file of [...requires.keys()].sort().reverse()) {
    const circle = search(file, []);
    if (circle.length > 0) return circle.sort();
  }
  return [];
}
