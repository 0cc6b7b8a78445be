'use strict';

/**
 * What is read when it is first used: reading files is most of what `require('safe-socket')` would cost, and of many
 * programs each uses a part.
 */

/** @type {typeof import('./close-gracefully').closeGracefully} */
function closeGracefully(...args) {
  return require('./close-gracefully').closeGracefully(...args);
}

/** @type {typeof import('./create-connection').connect} */
function connect(...args) {
  return require('./create-connection').connect(...args);
}

/** @type {typeof import('./create-connection').createServer} */
function createServer(options, connectionListener) {
  return require('./create-connection').createServer(options, connectionListener);
}

/** @type {typeof import('./delivered').delivered} */
function delivered(...args) {
  return require('./delivered').delivered(...args);
}

/** @type {typeof import('./flush-before-exit').flushBeforeExit} */
function flushBeforeExit(...args) {
  return require('./flush-before-exit').flushBeforeExit(...args);
}

/** @type {typeof import('./guard').guard} */
function guard(...args) {
  return require('./guard').guard(...args);
}

/** @type {typeof import('./belongs-to-http').belongsToHttp} */
function belongsToHttp(...args) {
  return require('./belongs-to-http').belongsToHttp(...args);
}

/** @type {typeof import('./internals/called-by-tls').isCalledByTls} */
function isCalledByTls(...args) {
  return require('./internals/called-by-tls').isCalledByTls(...args);
}

/** @type {typeof import('./internals/http-socket').isDestroyedByHttpClient} */
function isDestroyedByHttpClient(...args) {
  return require('./internals/http-socket').isDestroyedByHttpClient(...args);
}

/** @type {typeof import('./internals/http-socket').isEndedByHttpServer} */
function isEndedByHttpServer(...args) {
  return require('./internals/http-socket').isEndedByHttpServer(...args);
}

/** @type {typeof import('./internals/timeout-frame').isTimeoutOnStack} */
function isTimeoutOnStack(...args) {
  return require('./internals/timeout-frame').isTimeoutOnStack(...args);
}

/** @type {typeof import('./internals/write-only').isWriteOnly} */
function isWriteOnly(...args) {
  return require('./internals/write-only').isWriteOnly(...args);
}

/** @type {typeof import('./peer-state').peerState} */
function peerState(...args) {
  return require('./peer-state').peerState(...args);
}

/** @type {typeof import('./send').safeSend} */
function safeSend(...args) {
  return require('./send').safeSend(...args);
}

/** @type {typeof import('./safe-socket').safeSocket} */
function safeSocket(...args) {
  return require('./safe-socket').safeSocket(...args);
}

/** @type {typeof import('./guarded-deadlines').setDeadlines} */
function setDeadlines(...args) {
  require('./guarded-deadlines').setDeadlines(...args);
}

/** @type {typeof import('./tcp-info').tcpInfo} */
function tcpInfo(...args) {
  return require('./tcp-info').tcpInfo(...args);
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

/** @type {typeof import('./guarded-deadlines').validateDeadlines} */
function validateDeadlines(...args) {
  require('./guarded-deadlines').validateDeadlines(...args);
}

module.exports = {
  belongsToHttp,
  closeGracefully,
  connect,
  createServer,
  delivered,
  flushBeforeExit,
  guard,
  isCalledByTls,
  isDestroyedByHttpClient,
  isEndedByHttpServer,
  isTimeoutOnStack,
  isWriteOnly,
  peerState,
  provideLate,
  safeSend,
  safeSocket,
  setDeadlines,
  tcpInfo,
  validateDeadlines,
};
