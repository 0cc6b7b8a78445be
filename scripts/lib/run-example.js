'use strict';

/** Runs a program, plays the client where it is a server, ends it, and says what is not as promised. */

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const { text } = require('node:stream/consumers');
const { setTimeout: delay } = require('node:timers/promises');

const { ROOT } = require('./checkout');
const { nodeArguments } = require('./examples');

const PORT = 3000;

/** What the client of a server is told, by Node alone and with safe-socket. */
const GREETING = 'Goodbye!';

/** No program needs a tenth of it. */
const PATIENCE_MS = 120_000;

/** Until the server listens. */
const RETRY_MS = 20;

/**
 * @typedef {import('./examples').Example} Example
 * @typedef {import('node:child_process').ChildProcess} ChildProcess
 */

/**
 * @typedef {object} Program
 * @property {string[]} args of node
 * @property {Record<string, string>} [env] beside that of this process
 * @property {boolean} [serves] until it is ended from outside
 * @property {number} [exitCode]
 * @property {RegExp[]} expected each is found in the output
 */

/**
 * @typedef {object} Surroundings
 * @property {(text: string) => void} [print] gets the output as it comes
 * @property {string[]} [nodeOptions] before those of the program
 * @property {boolean} [anyPort] the program tells its port by `process.send()`
 */

/**
 * @param {Example} example
 * @param {Surroundings} [surroundings]
 * @returns {Promise<string | undefined>} what is not as promised
 */
function runExample(example, surroundings) {
  return runProgram({ ...example, args: nodeArguments(example) }, surroundings);
}

/**
 * @param {Program} program
 * @param {Surroundings} [surroundings]
 * @returns {Promise<string | undefined>} what is not as promised
 */
async function runProgram(program, { print = () => {}, nodeOptions = [], anyPort = false } = {}) {
  const child = spawn(process.execPath, [...nodeOptions, ...program.args], {
    cwd: ROOT,
    env: { ...process.env, ...program.env },
    stdio: ['ignore', 'pipe', 'pipe', anyPort ? 'ipc' : 'ignore'],
  });
  const ended = once(child, 'close');
  const patience = setTimeout(() => child.kill(), PATIENCE_MS);

  let output = '';
  const missing = () => program.expected.find((pattern) => !pattern.test(output));
  const complete = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (data) => {
        output += data;
        print(data);
        if (missing() === undefined) resolve(undefined);
      });
    }
  });

  const { serves = false, exitCode = serves ? null : 0 } = program;
  let received = GREETING;
  if (serves) {
    const port = anyPort ? await Promise.race([once(child, 'message'), ended.then(() => [0])]) : [PORT];
    received = await greeting(child, port[0]);
    print(`(the client received: ${received})\n`);
    // A server goes on for ever; this one has shown what it is here for.
    if (exitCode === null) await Promise.race([complete, ended]).then(() => child.kill());
  }
  await ended;
  clearTimeout(patience);

  if (child.exitCode !== exitCode) return `the program ended with exit code ${child.exitCode}, not ${exitCode}`;
  if (received !== GREETING) return `the client received ${JSON.stringify(received)}, not ${JSON.stringify(GREETING)}`;
  return missing() && `the output lacks ${missing()}`;
}

/**
 * @param {ChildProcess} child
 * @param {number} port
 * @returns {Promise<string>} what a client receives until the end of the connection; nothing where there is no server
 */
async function greeting(child, port) {
  while (child.exitCode === null && child.signalCode === null) {
    const client = net.connect(port, '127.0.0.1');
    try {
      return await text(client);
    } catch (error) {
      if (error.code !== 'ECONNREFUSED') return error.code;
      await delay(RETRY_MS);
    }
  }
  return '';
}

/** @returns {Promise<boolean>} whether another program listens where the examples do */
async function portIsTaken() {
  const server = net.createServer().listen(PORT);
  try {
    await once(server, 'listening');
    return false;
  } catch (error) {
    if (error.code !== 'EADDRINUSE') throw error;
    return true;
  } finally {
    server.close();
  }
}

module.exports = { PORT, portIsTaken, runExample, runProgram };
