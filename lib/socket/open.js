'use strict';

/** How a socket comes by its native stream: a fresh one to connect with, or one that is there already. */

const { forgetEnding } = require('../contract/ending');
const { kState } = require('../contract/record');
const { invalidArgType } = require('../errors/argument');
const { netError } = require('../errors/net');
const { errnoError } = require('../errors/system');
const { validateInt32 } = require('../errors/validate');
const { Stream, eventLoop, native, tryEventLoop } = require('../native/addon');
const { kOnClose } = require('../native/events');
const { undestroy } = require('../node/stream');
const { prepareUserBuffer } = require('./read');

/** @import { NativeStream } from '../native/stream' */
/** @import { RustSocket } from './socket' */

/** The names by which async_hooks knows Node's own handles. */
const RESOURCE_TYPES = { tcp: 'TCPWRAP', pipe: 'PIPEWRAP' };

/** Descriptors that a stream can be made of, by the kind that `describeFd` finds. */
const KINDS_OF_FD = /** @type {Readonly<Record<string, 'tcp' | 'pipe'>>} */ ({ TCP: 'tcp', PIPE: 'pipe' });

/** Gets the events of streams that were given up. Nobody waits for them. */
const nobody = Object.freeze({ [kOnClose]() {} });

/**
 * @param {RustSocket} socket
 * @param {NativeStream} stream
 */
function adopt(socket, stream) {
  socket[kState].stream = stream;
  stream.attach(socket, RESOURCE_TYPES[stream.kind]);
  prepareUserBuffer(socket);
}

/**
 * Begins a new connection on the socket, which may have had one before.
 *
 * @param {RustSocket} socket
 * @param {'tcp' | 'pipe'} kind
 * @returns {number} an errno, or 0
 */
function openStream(socket, kind) {
  const state = socket[kState];
  forgetEnding(socket);
  undestroy(socket);
  socket._sockname = null;
  // A 'drain' that the last connection owes is emitted by the next write; only the Writable knows how.
  if (socket.writableNeedDrain) state.direct = false;
  state.reading = false;
  state.shutdown = false;
  state.bytesRead = 0;
  state.bytesDispatched = 0;
  if (state.bytesUnsent !== 0) state.bytesUnsent = 0;
  state.unacknowledged = -1;
  if (state.peerPath !== undefined) state.peerPath = undefined;
  const loop = tryEventLoop();
  if (typeof loop === 'number') return loop;
  adopt(socket, new Stream(loop, kind));
  return 0;
}

/**
 * The attempt with the present stream has failed; the next one needs a fresh descriptor.
 *
 * @param {RustSocket} socket
 */
function reopenStream(socket) {
  abandonStream(socket);
  openStream(socket, 'tcp');
}

/**
 * Closes the stream, but not the socket.
 *
 * @param {RustSocket} socket
 */
function abandonStream(socket) {
  const { stream } = socket[kState];
  if (stream === null) return;
  stream.belongTo(nobody);
  stream.close();
}

/**
 * @param {number} fd
 * @returns {'tcp' | 'pipe'}
 */
function kindOfFd(fd) {
  validateInt32(fd, 'fd', 0);
  const type = native().describeFd(fd);
  const kind = KINDS_OF_FD[type];
  if (kind === undefined) throw netError('ERR_INVALID_FD_TYPE', type);
  return kind;
}

/**
 * @param {RustSocket} socket
 * @param {number} fd
 */
function openDescriptor(socket, fd) {
  const stream = new Stream(eventLoop(), kindOfFd(fd));
  const errno = stream.open(fd);
  if (errno < 0) {
    stream.close();
    throw errnoError(errno, 'open');
  }
  adopt(socket, stream);
}

/**
 * @param {RustSocket} socket
 * @param {unknown} handle the native stream of an accepted connection
 */
function openHandle(socket, handle) {
  if (!(handle instanceof Stream)) throw invalidArgType('options.handle', 'BoundSocket', handle);
  socket[kState].stream = handle;
  handle.belongTo(socket);
  prepareUserBuffer(socket);
}

module.exports = { abandonStream, adopt, kindOfFd, openDescriptor, openHandle, openStream, reopenStream };
