'use strict';

const js = require('@eslint/js');
const globals = require('globals');

module.exports = [
  { ignores: ['lib/binding.js', 'target/', '**/*.ts'] },
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
  // What Node does not document is known in lib/internals alone, and held by __test__/node-internals.test.js.
  {
    files: ['lib/**/*.js'],
    ignores: ['lib/internals/*.js', 'lib/belongs-to-http.js', 'lib/listen.js'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'MemberExpression[property.name=/^_(?:readableState|writableState|events|handle|httpMessage|undestroy)$/]',
          message: 'Not documented by Node: it belongs in lib/internals.',
        },
      ],
    },
  },
  // As they are in the documentation.
  { files: ['examples/trigger*.js'], rules: { strict: 'off' } },
  { files: ['**/*.mjs'], languageOptions: { sourceType: 'module' } },
];
