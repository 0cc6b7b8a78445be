'use strict';

/**
 * npm run test:differential -- [--count N] [--seed S] [--jobs N] [--subject package|net] [--mutants] [--replay JSON]
 */

const { fork } = require('node:child_process');
const os = require('node:os');
const { parseArgs } = require('node:util');

const { compareMany, compareOne, explain } = require('./compare');
const { mutants } = require('./mutants');
const { subjectNamed, mutated } = require('./subjects');

const MAX_SET_ASIDE = 0.1;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: process.env.SAFE_SOCKET_SEED ?? String(Math.trunc(Math.random() * 2 ** 31)) },
    jobs: { type: 'string', default: String(os.availableParallelism()) },
    subject: { type: 'string', default: 'package' },
    mutants: { type: 'boolean', default: false },
    replay: { type: 'string' },
    share: { type: 'boolean', default: false },
  },
});

async function main() {
  if (values.replay !== undefined) return replay(JSON.parse(values.replay));
  if (values.mutants) return huntMutants();
  if (values.share) return share();
  return compareInParallel();
}

async function compareInParallel() {
  const jobs = Number(values.jobs);
  const seed = Number(values.seed);
  const count = Math.ceil(Number(values.count) / jobs);
  console.log(`seed ${seed}, ${count * jobs} scenarios`);
  const args = (index) =>
    ['--share', '--count', count, '--seed', seed + index, '--subject', values.subject].map(String);
  const comparisons = await Promise.all(
    Array.from({ length: jobs }, (_, index) => answerOf(fork(__filename, args(index)))),
  );
  report(comparisons);
}

/** @param {import('./compare').Comparison[]} comparisons */
function report(comparisons) {
  const sum = (name) => comparisons.reduce((total, comparison) => total + comparison[name], 0);
  const setAside = sum('setAside');
  const all = sum('compared') + setAside;
  console.log(
    `compared ${sum('compared')}; set aside, because net itself varies: ${setAside} (${percent(setAside / all)})`,
  );
  for (const { divergence } of comparisons) if (divergence !== undefined) console.log(`\n${explain(divergence)}`);
  const isFailure = setAside / all > MAX_SET_ASIDE || comparisons.some(({ divergence }) => divergence !== undefined);
  process.exitCode = isFailure ? 1 : 0;
}

async function share() {
  const options = { seed: Number(values.seed), count: Number(values.count) };
  const comparison = await compareMany(subjectNamed(values.subject), options);
  process.send(comparison, () => process.exit());
}

function answerOf(child) {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code, signal) => reject(new Error(`a share of the work ended with ${signal ?? code}`)));
  });
}

async function huntMutants() {
  for (const [name, mutate] of Object.entries(mutants)) {
    const subject = mutated(subjectNamed(values.subject), mutate);
    const options = { seed: Number(values.seed), count: Number(values.count), shrink: false };
    const { compared, divergence } = await compareMany(subject, options);
    console.log(`${divergence ? `found after ${compared}` : 'NOT FOUND'}: ${name}`);
    if (!divergence) process.exitCode = 1;
  }
  process.exit();
}

async function replay(scenario) {
  const verdict = await compareOne(subjectNamed(values.subject), scenario);
  console.log(verdict.isSetAside ? 'set aside: net itself varies' : (verdict.difference ?? 'no difference'));
  process.exit(verdict.difference === undefined ? 0 : 1);
}

function percent(share) {
  return `${(share * 100).toFixed(1)} %`;
}

main();
