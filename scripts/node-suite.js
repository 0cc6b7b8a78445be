'use strict';

/**
 * Runs Node's own test files on this package.
 *
 *     npm run test:node-suite -- DIR [options]
 *
 * DIR is a checkout of the `test/` folder of Node; none of it belongs to this repository. Every file runs first on
 * plain Node (the baseline, kept in the temporary directory from run to run), then with `net` replaced by this
 * package for the test file alone, or, with `--register`, on Node's own `net` under the preload. Whatever passes on
 * plain Node has to pass here, except for the files of `node-suite/lists.js`.
 *
 * Exit code: 0 when only listed files differ, 1 when others do, 2 when it was called wrongly.
 */

const { isBuiltin } = require('node:module');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { baselineOf } = require('./lib/node-suite/baseline');
const { findTests } = require('./lib/node-suite/find-tests');
const { impossible, contradicting } = require('./lib/node-suite/lists');
const { compare, printReport } = require('./lib/node-suite/report');
const { runTests } = require('./lib/node-suite/run-tests');
const { describeNode } = require('./lib/node-suite/describe-node');

const ROOT = path.join(__dirname, '..');
const DEFAULT_PATTERNS = ['parallel/test-net-*', 'sequential/test-net-*'];
const USAGE = `usage: npm run test:node-suite -- DIR [options]

  DIR                    a checkout of the test/ folder of Node
  --pattern GLOB         which files, relative to DIR; may be given again (default: ${DEFAULT_PATTERNS.join(' ')})
  --driver loop|thread   the driver of the package (default: the package's choice)
  --node BIN             the Node.js to run the tests with (default: this one)
  --register             do not replace net; preload register.js and compare with plain Node
  --package FILE         what replaces net (default: this package)
  --jobs N               files of parallel/ at the same time (default: the number of processors)
  --timeout SECONDS      for one file (default: 60)
  --refresh              run the baseline again instead of taking it from the temporary directory
  --baseline-only        print the baseline and stop
  --lines N              lines of output shown for a difference (default: 12)
`;

async function main() {
  const { directory, options } = readArguments();
  const node = describeNode(options.node);
  const tests = findTests(directory, options.pattern);
  if (tests.length === 0) throw new UsageError(`no test file matches ${options.pattern.join(' ')} in ${directory}`);

  const limits = { jobs: positive('jobs', options.jobs), timeoutMs: positive('timeout', options.timeout) * 1000 };
  const baseline = await baselineOf(node, directory, tests, { ...limits, refresh: options.refresh, progress });
  if (options['baseline-only']) {
    printReport({ title: `plain Node ${node.version}`, baseline, lines: positive('lines', options.lines) });
    return;
  }

  const subject = options.register
    ? { register: path.join(ROOT, 'register.js') }
    : { package: replacementOf(options.package) };
  const worthRunning = tests.filter((test) => isGood(baseline.get(test.name)));
  const results = await runTests(node, worthRunning, { ...limits, ...subject, driver: options.driver, progress });

  const outcome = compare(baseline, results, {
    impossible: options.register ? new Map() : impossible,
    contradicting,
  });
  printReport({
    title: titleOf(node, options),
    baseline,
    outcome,
    lines: positive('lines', options.lines),
  });
  process.exitCode = outcome.differences.length > 0 ? 1 : 0;
}

class UsageError extends Error {}

function readArguments() {
  const { values, positionals } = parseArguments();
  if (values.help) throw new UsageError('');
  if (positionals.length !== 1) throw new UsageError('give one DIR');
  if (values.driver !== undefined && values.driver !== 'loop' && values.driver !== 'thread') {
    throw new UsageError(`--driver is loop or thread, not ${values.driver}`);
  }
  return { directory: path.resolve(positionals[0]), options: values };
}

function parseArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        pattern: { type: 'string', multiple: true, default: DEFAULT_PATTERNS },
        driver: { type: 'string' },
        node: { type: 'string', default: process.execPath },
        register: { type: 'boolean', default: false },
        package: { type: 'string', default: ROOT },
        jobs: { type: 'string', default: String(os.availableParallelism()) },
        timeout: { type: 'string', default: '60' },
        refresh: { type: 'boolean', default: false },
        'baseline-only': { type: 'boolean', default: false },
        lines: { type: 'string', default: '12' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error.message);
  }
}

/**
 * @param {string} name
 * @param {string} text
 */
function positive(name, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new UsageError(`--${name} is a positive integer, not ${text}`);
  return number;
}

function isGood(result) {
  return result.status === 'passed' || result.status === 'skipped';
}

/** `node:net` replaces `net` by itself: a check of the runner. */
function replacementOf(name) {
  return isBuiltin(name) ? name : path.resolve(name);
}

function titleOf(node, options) {
  if (options.register) return `register.js on Node ${node.version}`;
  const driver = options.driver ? `, driver ${options.driver}` : '';
  return `${path.basename(replacementOf(options.package))} on Node ${node.version}${driver}`;
}

/** One line that rewrites itself, and only where somebody watches. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

main().catch((error) => {
  if (!(error instanceof UsageError)) throw error;
  if (error.message) console.error(`test:node-suite: ${error.message}\n`);
  console.error(USAGE);
  process.exitCode = 2;
});
