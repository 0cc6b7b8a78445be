#!/usr/bin/env node
'use strict';

/** `npx safe-socket app.js [args]`: runs an application under the preload and reports what was refused. */

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { mergeRecordings } = require('../lib/report/merge');
const { page } = require('../lib/report/page');
const { table } = require('../lib/report/table');

const USAGE = `usage: safe-socket [--json FILE] [--html FILE] app.js [arguments of app.js]

Runs app.js with every socket guarded. At exit, prints to standard error which calls on ended sockets were refused:
where they were made, and where and by whom the socket had been ended.

  --json FILE   write the report as JSON
  --html FILE   write the report as one self-contained page with a time line of every socket
`;

const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']);

const OPTIONS = /** @type {const} */ ({
  json: { type: 'string' },
  html: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
});

/**
 * Options end at the first argument that is none: the rest is the application's.
 *
 * @param {string[]} args
 * @returns {{ json?: string, html?: string, app: string[], isHelp?: boolean }}
 */
function parseArguments(args) {
  const { tokens } = parseArgs({ args, options: OPTIONS, strict: false, tokens: true });
  const ours = tokens.find(({ kind }) => kind === 'positional')?.index ?? args.length;
  const { values } = parseArgs({ args: args.slice(0, ours), options: OPTIONS });
  const app = args.slice(ours);
  if (values.json === '' || values.html === '') throw new Error('A report needs the name of a file');
  if (!values.help && app.length === 0) throw new Error('Which application?');
  return { json: values.json, html: values.html, app, isHelp: values.help };
}

/**
 * @param {{ json?: string, html?: string, app: string[] }} options
 */
function runApplication(options) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-socket-'));
  const preload = require.resolve('../lib/report/preload');
  const child = spawn(process.execPath, [...process.execArgv, '--require', preload, ...options.app], {
    stdio: 'inherit',
    env: { ...process.env, SAFE_SOCKET_TRACE: '1', SAFE_SOCKET_REPORT_DIR: directory },
  });
  for (const signal of FORWARDED) {
    // A terminal sends Ctrl-C to both of us.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  child.on('exit', (code, signal) => {
    try {
      report(directory, options);
    } finally {
      fs.rmSync(directory, { recursive: true, force: true });
    }
    if (signal === null) {
      process.exitCode = code ?? 1;
    } else {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });
}

/**
 * @param {string} directory
 * @param {{ json?: string, html?: string, app: string[] }} options
 */
function report(directory, { json, html, app }) {
  if (fs.readdirSync(directory).length === 0) {
    process.stderr.write('safe-socket: the application was killed before it could report.\n');
    return;
  }
  const result = mergeRecordings(directory, app);
  process.stderr.write(table(result));
  if (json !== undefined) fs.writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
  if (html !== undefined) fs.writeFileSync(html, page(result));
}

try {
  const options = parseArguments(process.argv.slice(2));
  if (options.isHelp) process.stdout.write(USAGE);
  else runApplication(options);
} catch (error) {
  process.stderr.write(`safe-socket: ${/** @type {Error} */ (error).message}\n\n${USAGE}`);
  process.exitCode = 2;
}
