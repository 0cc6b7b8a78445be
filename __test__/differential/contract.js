'use strict';

/**
 * The refusals of the contract, put on a socket of Node's own `net`: the reference of the comparison.
 *
 * It is written from the contract and knows nothing of the package, so that a refusal too many or too few there is
 * a difference here. Everything that is not refused goes to `net` untouched.
 */

const REFUSED = 'ERR_SOCKET_ALREADY_ENDED';

/**
 * @template {import('node:net').Socket} T
 * @param {T} socket a socket of `net` that is connected or about to connect
 * @returns {T}
 */
function underContract(socket) {
  let sources = 0;
  let isEmitting = false;
  socket.on('pipe', () => (sources += 1));
  socket.on('unpipe', () => (sources -= 1));

  // `net` assigns `socket.write` itself when the peer has ended; that write is refused here, so it is never reached.
  let write = socket.write;
  const end = socket.end;

  function refusingWrite(chunk, encoding, callback) {
    if (!isEnded(socket) || !isChunk(chunk)) return write.call(socket, chunk, encoding, callback);
    if (sources === 0) throw refusal('write');
    emitOnce(refusal('write'));
    return false;
  }

  /** A source may write several chunks before the tick in which 'error' unpipes it: they are one failure. */
  function emitOnce(error) {
    if (isEmitting) return;
    isEmitting = true;
    process.nextTick(() => {
      isEmitting = false;
      socket.emit('error', error);
    });
  }

  function refusingEnd(chunk, encoding, callback) {
    if (!isEnded(socket)) return end.call(socket, chunk, encoding, callback);
    const isBare = chunk === undefined || chunk === null || typeof chunk === 'function';
    if (!isBare && sources === 0) throw refusal('end');
    if (!isBare) {
      emitOnce(refusal('end'));
      return socket;
    }
    // Node keeps the callback of the first end() after destroy() for ever; of the second it knows that it is in vain.
    if (socket.destroyed && !socket.writableEnded) end.call(socket);
    const settled = [chunk, encoding, callback].find((argument) => typeof argument === 'function');
    return settled === undefined ? socket : end.call(socket, settled);
  }

  Object.defineProperty(socket, 'write', {
    configurable: true,
    get: () => refusingWrite,
    set(value) {
      write = value;
    },
  });
  socket.end = refusingEnd;
  return socket;
}

function isEnded(socket) {
  return socket.writableEnded || socket.destroyed || socket.errored !== null;
}

function isChunk(chunk) {
  return typeof chunk === 'string' || ArrayBuffer.isView(chunk);
}

function refusal(operation) {
  return Object.assign(new Error('The socket has already been ended.'), {
    name: 'SocketAlreadyEndedError',
    code: REFUSED,
    operation,
  });
}

module.exports = { underContract, REFUSED };
