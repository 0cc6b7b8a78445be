'use strict';

/** `http.request()` and `http.get()` over our sockets, each with a guarded request. */

const http = require('node:http');

const { guardStream } = require('../guard/guard');
const { Agent, globalAgent } = require('./agent');

/**
 * @param {http.RequestOptions | undefined} options
 * @returns {http.RequestOptions} the same, with our agent where Node would take its own
 */
function withOurAgent(options) {
  if (options?.agent === false) return { ...options, agent: new Agent() };
  const isGiven = options?.agent != null || typeof options?.createConnection === 'function';
  return isGiven ? options : { ...options, agent: globalAgent };
}

/**
 * @param {...unknown} args `(url[, options][, listener])` or `(options[, listener])`
 * @returns {import('node:http').ClientRequest}
 */
function request(...args) {
  const url = typeof args[0] === 'string' || args[0] instanceof URL ? [args.shift()] : [];
  const options = typeof args[0] === 'function' ? undefined : args.shift();
  const [listener] = args;
  return guardStream(
    Reflect.apply(http.request, http, [
      ...url,
      withOurAgent(/** @type {http.RequestOptions | undefined} */ (options)),
      listener,
    ]),
  );
}

/**
 * @param {...unknown} args those of `request()`
 * @returns {import('node:http').ClientRequest}
 */
function get(...args) {
  const req = request(...args);
  req.end();
  return req;
}

module.exports = { get, request };
