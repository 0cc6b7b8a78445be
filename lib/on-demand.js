'use strict';

/**
 * What is read when it is first used: reading files is most of what `require('safe-socket')` would cost, and of many
 * programs each uses a part.
 */

const closeGracefullyFile = late(() => require('./delivery/close-gracefully'));
const createConnectionFile = late(() => require('./net'));
const deliveredFile = late(() => require('./delivery/delivered'));
const flushBeforeExitFile = late(() => require('./delivery/flush-before-exit'));
const guardFile = late(() => require('./guard/guard'));
const guardedDeadlinesFile = late(() => require('./guard/deadlines'));
const httpMessageFile = late(() => require('./guard/http-message'));
const belongsToHttpFile = late(() => require('./node/belongs-to-http'));
const calledByTlsFile = late(() => require('./node/called-by-tls'));
const httpSocketFile = late(() => require('./node/http'));
const timeoutFrameFile = late(() => require('./node/timeout-frame'));
const writeOnlyFile = late(() => require('./node/write-only'));
const peerStateFile = late(() => require('./delivery/peer'));
const safeSocketFile = late(() => require('./safe-socket'));
const sendFile = late(() => require('./safe-send'));
const tcpInfoFile = late(() => require('./delivery/tcp-info'));

/**
 * Asks `require()` once: to find a file that is loaded takes it longer than it takes to guard a socket.
 *
 * @template T
 * @param {() => T} load
 * @returns {() => T}
 */
function late(load) {
  /** @type {T | undefined} */
  let file;
  return () => (file ??= load());
}

/** @type {typeof import('./delivery/close-gracefully').closeGracefully} */
function closeGracefully(...args) {
  return closeGracefullyFile().closeGracefully(...args);
}

/** @type {typeof import('./net').connect} */
function connect(...args) {
  return createConnectionFile().connect(...args);
}

/** @type {typeof import('./net').createServer} */
function createServer(options, connectionListener) {
  return createConnectionFile().createServer(options, connectionListener);
}

/** @type {typeof import('./delivery/delivered').delivered} */
function delivered(...args) {
  return deliveredFile().delivered(...args);
}

/** @type {typeof import('./delivery/flush-before-exit').flushBeforeExit} */
function flushBeforeExit(...args) {
  return flushBeforeExitFile().flushBeforeExit(...args);
}

/** @type {typeof import('./guard/guard').guard} */
function guard(...args) {
  return guardFile().guard(...args);
}

/** @type {typeof import('./node/belongs-to-http').belongsToHttp} */
function belongsToHttp(...args) {
  return belongsToHttpFile().belongsToHttp(...args);
}

/** @type {typeof import('./guard/http-message').guardMessage} */
function guardMessage(...args) {
  httpMessageFile().guardMessage(...args);
}

/** @type {typeof import('./guard/http-message').isMessage} */
function isMessage(...args) {
  return httpMessageFile().isMessage(...args);
}

/** @type {typeof import('./node/called-by-tls').isCalledByTls} */
function isCalledByTls(...args) {
  return calledByTlsFile().isCalledByTls(...args);
}

/** @type {typeof import('./node/http').isDestroyedByHttpClient} */
function isDestroyedByHttpClient(...args) {
  return httpSocketFile().isDestroyedByHttpClient(...args);
}

/** @type {typeof import('./node/http').isEndedByHttpServer} */
function isEndedByHttpServer(...args) {
  return httpSocketFile().isEndedByHttpServer(...args);
}

/** @type {typeof import('./node/timeout-frame').isTimeoutOnStack} */
function isTimeoutOnStack(...args) {
  return timeoutFrameFile().isTimeoutOnStack(...args);
}

/** @type {typeof import('./node/write-only').isWriteOnly} */
function isWriteOnly(...args) {
  return writeOnlyFile().isWriteOnly(...args);
}

/** @type {typeof import('./delivery/peer').peerState} */
function peerState(...args) {
  return peerStateFile().peerState(...args);
}

/** @type {typeof import('./safe-send').safeSend} */
function safeSend(...args) {
  return sendFile().safeSend(...args);
}

/** @type {typeof import('./safe-socket').safeSocket} */
function safeSocket(...args) {
  return safeSocketFile().safeSocket(...args);
}

/** @type {typeof import('./guard/deadlines').setDeadlines} */
function setDeadlines(...args) {
  guardedDeadlinesFile().setDeadlines(...args);
}

/** @type {typeof import('./delivery/tcp-info').tcpInfo} */
function tcpInfo(...args) {
  return tcpInfoFile().tcpInfo(...args);
}

/** @type {typeof import('./guard/deadlines').validateDeadlines} */
function validateDeadlines(...args) {
  guardedDeadlinesFile().validateDeadlines(...args);
}

/**
 * Gives an object properties that are made when somebody asks for them, and are ordinary ones from then on.
 *
 * @param {object} object
 * @param {Record<string, () => unknown>} values
 */
function provideLate(object, values) {
  for (const [name, make] of Object.entries(values)) {
    const settle = (/** @type {unknown} */ value) => {
      Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
      return value;
    };
    Object.defineProperty(object, name, {
      configurable: true,
      enumerable: true,
      get: () => settle(make()),
      set: settle,
    });
  }
}

module.exports = {
  belongsToHttp,
  closeGracefully,
  connect,
  createServer,
  delivered,
  flushBeforeExit,
  guard,
  guardMessage,
  isCalledByTls,
  isDestroyedByHttpClient,
  isEndedByHttpServer,
  isMessage,
  isTimeoutOnStack,
  isWriteOnly,
  late,
  peerState,
  provideLate,
  safeSend,
  safeSocket,
  setDeadlines,
  tcpInfo,
  validateDeadlines,
};
