'use strict';

/** The rows of the table "What logs keep" of docs/errors.md. */

const assert = require('node:assert/strict');
const { Writable } = require('node:stream');
const { describe, it } = require('node:test');
const { inspect } = require('node:util');

const pino = require('pino');
const winston = require('winston');

const { SocketAlreadyEndedError } = require('../..');

const FIELDS = {
  code: 'ERR_SOCKET_ALREADY_ENDED',
  operation: 'write',
  endedBy: 'reset',
  endedAgoMs: 5,
  bytesRefused: 3,
  bytesWritten: 7,
  remoteAddress: '192.0.2.1',
  remotePort: 1,
  localAddress: '192.0.2.2',
  localPort: 2,
};
const MESSAGE = 'The socket has already been ended. The connection was reset.';
const REASON = 'read ECONNRESET';

function anError() {
  const cause = Object.assign(new Error(REASON), { code: 'ECONNRESET' });
  return new SocketAlreadyEndedError({ ...FIELDS, cause });
}

/**
 * @param {(sink: Writable) => void} log
 * @returns {Promise<any>} what it has written, parsed
 */
function logged(log) {
  return new Promise((resolve) => {
    log(new Writable({ write: (line) => resolve(JSON.parse(line)) }));
  });
}

/** As its ExtraErrorData and LinkedErrors integrations do it: own enumerable properties, and the causes one by one. */
function readBySentry(error) {
  const extra = {};
  for (const key of Object.keys(error)) {
    if (!['name', 'message', 'stack', 'line', 'column', 'fileName', 'lineNumber', 'columnNumber'].includes(key)) {
      extra[key] = error[key];
    }
  }
  const chain = [];
  for (let link = error; link instanceof Error; link = link.cause) chain.push({ type: link.name, value: link.message });
  return { extra, chain, stack: error.stack };
}

function createWinston(format, sink) {
  return winston.createLogger({ format, transports: [new winston.transports.Stream({ stream: sink })] });
}

describe('what logs keep of the error', () => {
  it('console.error(): all of it', () => {
    const shown = inspect(anError());
    for (const part of [MESSAGE, REASON, 'refused-error-logs.test.js', '[cause]'])
      assert.ok(shown.includes(part), part);
    for (const [name, value] of Object.entries(FIELDS)) assert.ok(shown.includes(`${name}: ${inspect(value)}`), name);
  });

  it('JSON.stringify(): the fields, neither message nor stack nor cause', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(anError())), FIELDS);
  });

  it('pino: all of it, the cause by its message and its stack', async () => {
    const { err } = await logged((sink) => pino({}, sink).error(anError()));
    const { type, message, stack, ...fields } = err;
    assert.deepEqual(fields, FIELDS);
    assert.equal(type, 'SocketAlreadyEndedError');
    assert.equal(message, `${MESSAGE}: ${REASON}`);
    assert.ok(
      stack.startsWith(`SocketAlreadyEndedError: ${MESSAGE}\n`) && stack.includes(`caused by: Error: ${REASON}`),
    );
  });

  it('pino with its errWithCause: all of it, the cause as an object, the message as it is', async () => {
    const serializers = { err: pino.stdSerializers.errWithCause };
    const { err } = await logged((sink) => pino({ serializers }, sink).error(anError()));
    const { type, message, stack, cause, ...fields } = err;
    assert.deepEqual(fields, FIELDS);
    assert.deepEqual(
      [type, message, stack.split('\n')[0]],
      ['SocketAlreadyEndedError', MESSAGE, `${type}: ${MESSAGE}`],
    );
    assert.deepEqual([cause.message, cause.code], [REASON, 'ECONNRESET']);
  });

  it('winston with errors({ stack, cause }): all of it, the cause by its own fields', async () => {
    const { combine, errors, json } = winston.format;
    const format = combine(errors({ stack: true, cause: true }), json());
    const { level, message, stack, cause, ...fields } = await logged((sink) =>
      createWinston(format, sink).error(anError()),
    );
    assert.deepEqual(fields, FIELDS);
    assert.deepEqual([level, message, stack.split('\n')[0]], ['error', MESSAGE, `SocketAlreadyEndedError: ${MESSAGE}`]);
    assert.deepEqual(cause, { code: 'ECONNRESET' });
  });

  it('winston with json() alone: the fields', async () => {
    const { level, ...fields } = await logged((sink) => createWinston(winston.format.json(), sink).error(anError()));
    assert.deepEqual([level, fields], ['error', FIELDS]);
  });

  it("Sentry's way: all of it, the cause as a linked error", () => {
    const { extra, chain, stack } = readBySentry(anError());
    assert.deepEqual(extra, FIELDS);
    assert.deepEqual(chain, [
      { type: 'SocketAlreadyEndedError', value: MESSAGE },
      { type: 'Error', value: REASON },
    ]);
    assert.match(stack, /refused-error-logs\.test\.js/);
  });

  it('structuredClone(): message, stack and cause; no field, and the name is Error', () => {
    const original = anError();
    const clone = structuredClone(original);
    assert.deepEqual({ ...clone }, {});
    assert.deepEqual([clone.name, clone.message, clone.stack], ['Error', MESSAGE, original.stack]);
    assert.equal(clone.cause.message, REASON);
  });

  it('a spread beside the message: what a worker can be sent', () => {
    const error = anError();
    assert.deepEqual(structuredClone({ ...error, message: error.message }), { ...FIELDS, message: MESSAGE });
  });
});
