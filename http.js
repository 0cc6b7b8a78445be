'use strict';

/**
 * `safe-socket/http`: Node's own `http` with our sockets below it, and guarded requests and responses. What does no I/O
 * is Node's own.
 */

const http = require('node:http');

require('./lib/delivery/at-end');
const { Agent, globalAgent } = require('./lib/http/agent');
const { get, request } = require('./lib/http/request');
const { Server, createServer } = require('./lib/http/server');

const {
  ClientRequest,
  IncomingMessage,
  METHODS,
  OutgoingMessage,
  STATUS_CODES,
  ServerResponse,
  maxHeaderSize,
  setMaxIdleHTTPParsers,
  validateHeaderName,
  validateHeaderValue,
} = http;

/** What only the newest Node has, and its types do not have yet. */
const NEWEST = ['isValidHeaderName', 'isValidHeaderValue', 'websocketMask', 'websocketUnmask'];
const [isValidHeaderName, isValidHeaderValue, websocketMask, websocketUnmask] = NEWEST.map((name) =>
  Reflect.get(http, name),
);

// One literal of plain names: that is what lets `import { createServer } from 'safe-socket/http'` see them.
module.exports = {
  Agent,
  ClientRequest,
  IncomingMessage,
  METHODS,
  OutgoingMessage,
  STATUS_CODES,
  Server,
  ServerResponse,
  createServer,
  get,
  globalAgent,
  isValidHeaderName,
  isValidHeaderValue,
  maxHeaderSize,
  request,
  setMaxIdleHTTPParsers,
  validateHeaderName,
  validateHeaderValue,
  websocketMask,
  websocketUnmask,
};

for (const name of NEWEST) {
  if (!(name in http)) Reflect.deleteProperty(module.exports, name);
}
