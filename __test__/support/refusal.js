'use strict';

const assert = require('node:assert/strict');

const { SocketAlreadyEndedError } = require('../../lib/contract/refused-error');

const EVENTS = ['error', 'close', 'finish', 'end', 'data', 'drain', 'timeout', 'pipe', 'unpipe'];

/**
 * @param {() => unknown} call
 * @returns {any} the SocketAlreadyEndedError that it throws
 */
function refusal(call) {
  let result;
  try {
    result = call();
  } catch (error) {
    assert.ok(error instanceof SocketAlreadyEndedError, `threw ${error}`);
    assert.ok(error instanceof Error);
    assert.equal(error.code, 'ERR_SOCKET_ALREADY_ENDED');
    assert.ok(error.message.startsWith('The socket has already been ended.'), error.message);
    return error;
  }
  return assert.fail(`was not refused, but returned ${result}`);
}

/**
 * @param {() => unknown} call
 * @param {object} [fields] that the error has
 * @returns {any} the error
 */
function refuses(call, fields = {}) {
  const error = refusal(call);
  for (const [name, value] of Object.entries(fields)) assert.equal(error[name], value, name);
  return error;
}

/**
 * Runs calls that may leave no trace: no event, no error within two turns, and the socket in the state it was in.
 *
 * @param {any} socket
 * @param {() => void} calls
 */
async function silent(socket, calls) {
  const stateOf = () => ({
    destroyed: socket.destroyed,
    errored: socket.errored,
    writableEnded: socket.writableEnded,
    writableLength: socket.writableLength,
    bytesWritten: socket.bytesWritten,
    listeners: socket.eventNames(),
  });
  const before = stateOf();
  const { emit } = socket;
  const emitted = [];
  socket.emit = function (event, ...args) {
    if (EVENTS.includes(event) && !(event === 'error' && args[0] === before.errored)) emitted.push(event);
    return emit.call(this, event, ...args);
  };
  calls();
  assert.deepEqual(stateOf(), before);
  assert.deepEqual(emitted, []);
  // The socket may go on to finish and close; an error would be ours.
  await turns(2);
  assert.ok(!emitted.includes('error'), "'error' was emitted");
  socket.emit = emit;
}

/**
 * @param {number} count of the event loop
 */
async function turns(count) {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}

module.exports = { refusal, refuses, silent, turns };
