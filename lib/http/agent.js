'use strict';

const http = require('node:http');

const { invalidArgValue } = require('../errors/argument');
const { connect } = require('../socket/create-connection');

/** As Node's own global agent. */
const GLOBAL_AGENT_OPTIONS = /** @type {const} */ ({ keepAlive: true, scheduling: 'lifo', timeout: 5000 });

/** `http.Agent` with our sockets. */
class Agent extends http.Agent {
  /** @param {any} [options] those of `http.Agent`, and of our sockets */
  constructor(options) {
    // Node reads it in the very method that is overridden below.
    if (options?.proxyEnv) throw invalidArgValue('options.proxyEnv', options.proxyEnv, 'is not supported');
    super(options);
  }

  /**
   * @param {any} options those of the agent and of the request
   * @returns {any}
   */
  createConnection(options) {
    return connect(options);
  }
}

const globalAgent = new Agent(GLOBAL_AGENT_OPTIONS);

module.exports = { Agent, globalAgent };
