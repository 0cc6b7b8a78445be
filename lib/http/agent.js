'use strict';

const http = require('node:http');

const { invalidArgValue } = require('../errors/argument');
const { connect } = require('../socket/create-connection');

/** @import { RustSocket } from '../socket/socket' */

/** As Node's own global agent. */
const GLOBAL_AGENT_OPTIONS = /** @type {const} */ ({ keepAlive: true, scheduling: 'lifo', timeout: 5000 });

/** @typedef {http.AgentOptions & import('../../types/socket').SocketOptions & { proxyEnv?: unknown }} AgentOptions */

/** `http.Agent` with our sockets. */
class Agent extends http.Agent {
  /** @param {AgentOptions} [options] those of `http.Agent`, and of our sockets */
  constructor(options) {
    // Node reads it in the very method that is overridden below.
    if (options?.proxyEnv) throw invalidArgValue('options.proxyEnv', options.proxyEnv, 'is not supported');
    super(options);
  }

  /**
   * @param {AgentOptions & http.ClientRequestArgs} options those of the agent and of the request
   * @returns {RustSocket}
   */
  createConnection(options) {
    return connect(options);
  }
}

const globalAgent = new Agent(GLOBAL_AGENT_OPTIONS);

module.exports = { Agent, globalAgent };
