'use strict';

/** `npm run demo`: runs the programs in examples/ one after the other, and looks whether each does what it promises. */

const { makeReady } = require('./lib/checkout');
const { EXAMPLES, nodeArguments } = require('./lib/examples');
const { PORT, portIsTaken, runExample } = require('./lib/run-example');

const PORT_TAKEN =
  `port ${PORT} is taken by another program, and this one is written to listen there. ` +
  'End the other program and run this again.';

async function main() {
  console.log('Installing and building what is missing; the first time that takes a minute or two.\n');
  makeReady({ quiet: true });

  const problems = [];
  for (const [index, example] of EXAMPLES.entries()) {
    const number = `${index + 1}/${EXAMPLES.length}`;
    console.log(`\n━━ ${number} ━━ ${example.title}\n`);
    console.log(`$ node ${nodeArguments(example).join(' ')}`);
    if (example.serves) console.log(`(on port ${PORT}; the demo connects a client, and ends the program afterwards)`);
    const problem = example.serves && (await portIsTaken()) ? PORT_TAKEN : await runExample(example, { print });
    console.log(problem === undefined ? '✔ as promised' : `✖ ${problem}`);
    if (problem !== undefined) problems.push(`${number}: ${problem}`);
  }

  console.log(`\n${EXAMPLES.length - problems.length} of ${EXAMPLES.length} programs did what they promise.`);
  for (const problem of problems) console.error(`✖ ${problem}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

/**
 * @param {string} text
 */
function print(text) {
  process.stdout.write(text.replaceAll(/^(?=.)/gm, '  '));
}

main();
