'use strict';

/**
 * The door to the native addon, and the event loop of this JavaScript environment.
 *
 * The addon is loaded when something asks for it: the guard and the preload work without it.
 */

const process = require('node:process');
const { debuglog } = require('node:util');

const { errnoError } = require('../errors/system');
const { hangUpIsEnd } = require('../node/versions');
const { atExit } = require('./at-exit');
const { listeners } = require('./events');
const { Listener } = require('./listener');
const { Stream } = require('./stream');

/** Bytes that one read(2) of a fast stream takes at most. Other reads take 64 KiB, as those of libuv. */
const SLAB_BYTES = 512 * 1024;

const debug = debuglog('safe-socket');

/** Where the addon's exports keep the slab: copies of lib/ that share an event loop read one after the other. */
const kSlab = Symbol.for('safe-socket.slab');

/** @typedef {typeof import('./binding')} Binding */

/**
 * The sockets of this environment: what carries their events, and the memory they read into.
 *
 * @typedef {object} EventLoop
 * @property {Binding} binding the native functions
 * @property {number} realm names this copy of lib/ to them
 * @property {object} lease collected, it gives up the number, and with it the listeners
 * @property {'loop' | 'thread'} driver who waits for the descriptors
 * @property {(id: number, chunk: Uint8Array, offset?: number) => number} write the native function of {@link Stream.write}
 * @property {Buffer} slab where a read event's bytes are, during that event
 * @property {number} shortBytes the longest message that native code puts into the pool
 * @property {number} lengthBits the place of a message there is its offset, and in so many lower bits its length
 */

/** @type {Binding | null | undefined} */
let loaded;
/** @type {unknown} */
let loadingError;
/** @type {EventLoop | undefined} */
let running;
/** What there is to do at the exit of the process; see `onExit()`. @type {(() => void) | undefined} */
let exiting;

/**
 * @param {() => void} callback called at the exit of the process, if the event loop was started
 */
function onExit(callback) {
  exiting = callback;
}

/**
 * The addon, or `null` where it cannot be loaded, or could not when it was asked for first.
 *
 * @returns {Binding | null}
 */
function tryNative() {
  return loaded === undefined ? loadBinding() : loaded;
}

/** @returns {Binding | null} */
function loadBinding() {
  try {
    const binding = require('./binding');
    // Node forgets a module that threw. Bundles keep it, and give it without its exports to whoever asks again.
    if (typeof binding.start !== 'function') throw loadingError;
    loaded = binding;
  } catch (error) {
    debug('the native binary cannot be loaded: %o', error);
    loadingError = error;
    loaded = null;
  }
  return loaded;
}

/**
 * The addon. Where it could not be loaded it is tried again: the process may have been out of descriptors.
 *
 * @returns {Binding}
 * @throws {Error} `ERR_SAFE_SOCKET_BINARY` where it cannot be loaded; `cause` says what was tried
 */
function native() {
  const binding = loaded ?? loadBinding();
  if (binding === null) throw missingBinary();
  return binding;
}

/**
 * The event loop of this environment, started on first use.
 *
 * @returns {EventLoop}
 * @throws {Error} `ERR_SAFE_SOCKET_BINARY` where the addon cannot be loaded; one of the system where it has nothing left
 */
function eventLoop() {
  return running ?? demandEventLoop();
}

/** @returns {EventLoop} */
function demandEventLoop() {
  const loop = tryEventLoop();
  if (typeof loop === 'number') throw errnoError(loop, 'socket');
  return loop;
}

/**
 * As `eventLoop()`, for those to whom a failure is an event.
 *
 * @returns {EventLoop | number} an errno where the system has no descriptor, or no thread, left for it
 * @throws {Error} `ERR_SAFE_SOCKET_BINARY` where the addon cannot be loaded
 */
function tryEventLoop() {
  if (running === undefined) {
    const started = startEventLoop();
    if (typeof started === 'number') return started;
    running = started;
  }
  return running;
}

/** @returns {EventLoop | number} */
function startEventLoop() {
  const binding = native();
  const slab = slabOf(binding);
  // Async hooks put the stores of this moment on the resource, and the sockets that a server accepts would find them
  // there; they belong to nobody.
  const resource = {};
  const started = binding.start(prefersThread(), slab, listeners, hangUpIsEnd, resource);
  if (typeof started === 'number') return started;
  const { realm, lease, driver, write, shortBytes, lengthBits } = started;
  for (const key of Reflect.ownKeys(resource)) Reflect.deleteProperty(resource, key);
  if (exiting !== undefined) atExit(exiting);
  debug('event loop started with the %s driver', driver);
  return { binding, realm, lease, driver, slab, write, shortBytes, lengthBits };
}

/**
 * @param {Binding & { [kSlab]?: Buffer }} binding
 * @returns {Buffer}
 */
function slabOf(binding) {
  const known = binding[kSlab];
  if (known !== undefined) return known;
  const slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  Object.defineProperty(binding, kSlab, { value: slab });
  return slab;
}

/**
 * Bun exports libuv's symbols and crashes in them; Deno has none. So identity decides, before any
 * symbol is looked for.
 */
function prefersThread() {
  return (
    process.env.SAFE_SOCKET_DRIVER === 'thread' ||
    process.versions.bun !== undefined ||
    process.versions.deno !== undefined
  );
}

/** @returns {Error} */
function missingBinary() {
  const { arch, platform } = process;
  const error = new Error(
    `safe-socket has no native binary for ${platform}-${arch} that can be loaded ` +
      `(looked for lib/native/safe-socket.${platform}-${arch}*.node and the package safe-socket-${platform}-${arch}*); ` +
      'build it with "npm run build" in a checkout, which needs Rust, or install the package for your platform; ' +
      'if a bundler packs your program, declare safe-socket external.',
    { cause: loadingError },
  );
  return Object.assign(error, { code: 'ERR_SAFE_SOCKET_BINARY' });
}

module.exports = { Listener, Stream, eventLoop, native, onExit, tryEventLoop, tryNative };
