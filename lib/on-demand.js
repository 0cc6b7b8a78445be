'use strict';

/**
 * Functions that many programs never call. Their files are read at the first call: they are a third of the package,
 * and reading files is most of what `require('safe-socket')` costs.
 */

/** @type {typeof import('./close-gracefully').closeGracefully} */
function closeGracefully(...args) {
  return require('./close-gracefully').closeGracefully(...args);
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

/** @type {typeof import('./peer-state').peerState} */
function peerState(...args) {
  return require('./peer-state').peerState(...args);
}

/** @type {typeof import('./tcp-info').tcpInfo} */
function tcpInfo(...args) {
  return require('./tcp-info').tcpInfo(...args);
}

module.exports = { belongsToHttp, closeGracefully, delivered, flushBeforeExit, guard, peerState, tcpInfo };
