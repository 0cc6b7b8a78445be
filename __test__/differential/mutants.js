'use strict';

/**
 * Deliberate defects, one each, put on a socket. The comparison is worth what it finds of these.
 */

/** @type {Record<string, (socket: import('node:net').Socket) => void>} */
const mutants = {
  'loses the last byte of a buffer'(socket) {
    onWrite(socket, (write, chunk, ...rest) => write(Buffer.isBuffer(chunk) ? chunk.subarray(0, -1) : chunk, ...rest));
  },
  'takes latin1 for UTF-8'(socket) {
    onWrite(socket, (write, chunk, encoding, callback) =>
      write(chunk, encoding === 'latin1' ? 'utf8' : encoding, callback),
    );
  },
  'swaps two buffers of one tick'(socket) {
    let held;
    onWrite(socket, (write, chunk, encoding, callback) => {
      if (!Buffer.isBuffer(chunk) || held !== undefined) return write(chunk, encoding, callback);
      held = true;
      process.nextTick(() => {
        held = undefined;
        if (!socket.writableEnded && !socket.destroyed) write(chunk, encoding, callback);
      });
      return true;
    });
  },
  'never calls back a write'(socket) {
    onWrite(socket, (write, chunk, encoding) => write(chunk, encoding));
  },
  'calls back a write twice'(socket) {
    onWrite(socket, (write, chunk, encoding, callback) =>
      write(chunk, encoding, callback && ((...args) => (callback(...args), callback(...args)))),
    );
  },
  'calls back a write within the call'(socket) {
    onWrite(socket, (write, chunk, encoding, callback) => {
      const result = write(chunk, encoding);
      callback?.();
      return result;
    });
  },
  'always says that a write may go on'(socket) {
    onWrite(socket, (write, ...args) => {
      write(...args);
      return true;
    });
  },
  'does not refuse a write after the end'(socket) {
    onWrite(socket, (write, ...args) => (socket.writable ? write(...args) : false));
  },
  'counts a byte too many'(socket) {
    const count = Object.getPrototypeOf(socket);
    Object.defineProperty(socket, 'bytesWritten', {
      get: () => Reflect.get(count, 'bytesWritten', socket) + (socket.destroyed ? 1 : 0),
    });
  },
  'forgets drain'(socket) {
    onEmit(socket, (emit, name, ...args) => name !== 'drain' && emit(name, ...args));
  },
  'emits close before end'(socket) {
    onEmit(socket, (emit, name, ...args) => {
      if (name === 'end') emit('close', false);
      return emit(name, ...args);
    });
  },
  'emits close twice'(socket) {
    onEmit(socket, (emit, name, ...args) => {
      if (name === 'close') emit(name, ...args);
      return emit(name, ...args);
    });
  },
  'gives the wrong hadError'(socket) {
    onEmit(socket, (emit, name, ...args) => (name === 'close' ? emit(name, !args[0]) : emit(name, ...args)));
  },
  'emits ready before connect'(socket) {
    onEmit(socket, (emit, name, ...args) => {
      if (name === 'ready') return true;
      if (name === 'connect') emit('ready');
      return emit(name, ...args);
    });
  },
  'reports EPIPE for ECONNRESET'(socket) {
    onEmit(socket, (emit, name, ...args) => {
      if (name === 'error' && args[0].code === 'ECONNRESET') args[0].code = 'EPIPE';
      return emit(name, ...args);
    });
  },
  'finishes a tick late'(socket) {
    onEmit(socket, (emit, name, ...args) => {
      if (name !== 'finish') return emit(name, ...args);
      setImmediate(emit, name);
      return true;
    });
  },
  'is never idle'(socket) {
    socket.setTimeout = () => socket;
  },
  'does not pause'(socket) {
    socket.pause = () => socket;
  },
  'does not keep half open'(socket) {
    socket.prependListener('end', () => socket.end());
  },
  'resets by ending'(socket) {
    socket.resetAndDestroy = () => socket.destroySoon();
  },
};

function onWrite(socket, replacement) {
  const before = Object.getOwnPropertyDescriptor(socket, 'write');
  const write = socket.write.bind(socket);
  const mutant = (...args) => replacement(write, ...args);
  // `net` assigns `socket.write` when the peer has ended: that goes where it went before.
  Object.defineProperty(socket, 'write', {
    configurable: true,
    get: () => mutant,
    set(value) {
      before?.set?.(value);
    },
  });
}

function onEmit(socket, replacement) {
  const emit = socket.emit;
  socket.emit = (...args) => replacement(emit.bind(socket), ...args);
}

module.exports = { mutants };
