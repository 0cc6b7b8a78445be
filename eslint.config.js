'use strict';

const js = require('@eslint/js');
const imports = require('eslint-plugin-import-x');
const globals = require('globals');

const { typedStreams } = require('./scripts/lib/typed-streams');

/**
 * The rooms of lib/, each with those that it may require. Everything points inward, and no room knows its neighbour on the
 * same step. The faces, which are the files of lib/ itself and those above it, may require any room.
 */
const ARROWS = {
  node: [],
  errors: [],
  contract: ['errors', 'node'],
  native: ['errors', 'node'],
  guard: ['contract', 'errors', 'node'],
  socket: ['contract', 'errors', 'native', 'node'],
  server: ['contract', 'errors', 'native', 'node', 'socket'],
  delivery: ['contract', 'errors', 'guard', 'native', 'node', 'socket'],
  http: ['contract', 'errors', 'guard', 'node', 'server', 'socket'],
  promises: ['contract', 'errors', 'node', 'server', 'socket'],
  report: ['contract', 'delivery', 'guard', 'node'],
};

/** What would hide from the rules which file is required. */
const HIDDEN_REQUIRES = [
  'CallExpression[callee.name="require"][arguments.0.type!="Literal"]',
  'ImportExpression[source.type!="Literal"]',
  'CallExpression[callee.property.name=/^(?:createRequire|_load|require)$/]',
  'CallExpression[callee.name="createRequire"]',
  'VariableDeclarator[init.name="require"]',
].map((selector) => ({ selector, message: 'What is required must be a string, for the rules of the rooms.' }));

/**
 * @param {[room: string, allowed: string[]]} arrows
 * @returns {object} the rule of one room, for requires inside functions too
 */
function ruleOfRoom([room, allowed]) {
  const others = Object.keys(ARROWS).filter((other) => other !== room && !allowed.includes(other));
  const message = `lib/${room} may require ${allowed.length === 0 ? 'no other room' : allowed.join(', ')}.`;
  const zone = { target: `./lib/${room}`, message };
  return {
    files: [`lib/${room}/**/*.js`],
    rules: {
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: __dirname,
          zones: [
            ...others.map((other) => ({ ...zone, from: `./lib/${other}` })),
            { ...zone, from: ['./*.js', './lib/*.js'] },
          ],
        },
      ],
    },
  };
}

module.exports = [
  { ignores: ['lib/native/binding.js', 'target/', '**/*.ts'] },
  js.configs.recommended,
  {
    languageOptions: { sourceType: 'commonjs', ecmaVersion: 2023, globals: globals.node },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'array-callback-return': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-constructor-return': 'error',
      'no-else-return': 'error',
      'no-implicit-coercion': 'error',
      'no-lonely-if': 'error',
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'error',
      'no-throw-literal': 'error',
      'no-unneeded-ternary': 'error',
      'no-unused-expressions': 'error',
      'no-use-before-define': ['error', { functions: false, classes: false, variables: false }],
      'no-useless-rename': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': ['error', { destructuring: 'all' }],
      'prefer-object-has-own': 'error',
      'prefer-template': 'error',
      strict: ['error', 'global'],
    },
  },
  {
    files: ['*.js', 'lib/**/*.js'],
    plugins: { 'import-x': imports },
    settings: { 'import-x/resolver-next': [imports.createNodeResolver()] },
    rules: {
      'import-x/no-unresolved': ['error', { commonjs: true }],
    },
  },
  ...Object.entries(ARROWS).map(ruleOfRoom),
  {
    files: ['lib/**/*.js'],
    plugins: { 'safe-socket': { rules: { 'typed-streams': typedStreams } } },
    rules: { 'safe-socket/typed-streams': 'error' },
  },
  {
    files: ['lib/node/*.js', 'lib/server/listen.js'],
    rules: { 'no-restricted-syntax': ['error', ...HIDDEN_REQUIRES] },
  },
  // What Node does not document is known in lib/node alone, and held by the canaries of its tests.
  {
    files: ['lib/**/*.js'],
    ignores: ['lib/node/*.js', 'lib/server/listen.js'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'MemberExpression[property.name=/^_(?:readableState|writableState|events|handle|httpMessage|undestroy)$/]',
          message: 'Not documented by Node: it belongs in lib/node.',
        },
        ...HIDDEN_REQUIRES,
      ],
    },
  },
  // As they are in the documentation.
  { files: ['examples/trigger*.js'], rules: { strict: 'off' } },
  { files: ['**/*.mjs'], languageOptions: { sourceType: 'module' } },
];
