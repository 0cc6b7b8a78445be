'use strict';

/**
 * Node's permission model: where it refuses the network to `net` (`--permission` without `--allow-net`), it refuses
 * it to our sockets, with the same error. An addon must not be a way around it.
 */

const MESSAGE = 'Access to this API has been restricted. Use --allow-net to manage permissions.';

/** Older versions of Node have a permission model that does not know of the network. */
const isEnforced = process.permission !== undefined && process.allowedNodeEnvironmentFlags.has('--allow-net');

/** @typedef {Error & { code: string, permission: string, resource: string }} Refusal */

/**
 * @param {string} resource an address or a path, as Node names it
 * @returns {Refusal | null} null: go on
 */
function networkRefusal(resource) {
  if (!isEnforced || process.permission.has('net')) return null;
  return Object.assign(new Error(MESSAGE), { code: 'ERR_ACCESS_DENIED', permission: 'Net', resource });
}

/**
 * @param {string} [path]
 * @throws {Error} `ERR_ACCESS_DENIED`
 */
function checkBind(path = '') {
  const error = networkRefusal(path);
  if (error !== null) throw error;
}

module.exports = { checkBind, networkRefusal };
