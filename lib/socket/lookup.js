'use strict';

/** From a host's name to the addresses that `connect()` tries, in order. */

const { isIP } = require('node:net');

const { addressFamilyError, netError } = require('../errors/net');

/** @import { ConnectOptions } from './args' */

/** Families as the `family` option may name them. */
const FAMILIES = /** @type {Readonly<Record<string, number>>} */ ({ IPv4: 4, IPv6: 6 });

/** @typedef {{ address: string, family: 4 | 6 }} Found */

/**
 * @param {ConnectOptions} options of `connect()`
 * @returns {{ family: number | undefined, hints: number, all?: boolean }}
 */
function lookupOptions(options) {
  const family = FAMILIES[options.family ?? ''] ?? options.family;
  let hints = options.hints || 0;
  const isAnyFamily = family !== 4 && family !== 6;
  if (process.platform !== 'win32' && isAnyFamily && hints === 0) hints = require('node:dns').ADDRCONFIG;
  return { family, hints };
}

/**
 * @param {unknown} address
 * @param {unknown} family
 * @param {ConnectOptions} options of `connect()`
 * @returns {Error | null} what is wrong with a lookup's answer
 */
function addressError(address, family, options) {
  if (typeof address !== 'string' || !isIP(address)) return netError('ERR_INVALID_IP_ADDRESS', address);
  if (family !== 4 && family !== 6) return addressFamilyError(family, options.host, options.port);
  return null;
}

/**
 * Families take turns, and the one that the resolver put first begins (RFC 8305, section 4).
 *
 * @param {readonly Found[]} addresses
 * @returns {Found[]} each address once
 */
function interleaveFamilies(addresses) {
  const unique = addresses.filter(
    ({ address }, index) => addresses.findIndex((other) => other.address === address) === index,
  );
  const first = unique.filter(({ family }) => family === unique[0].family);
  const second = unique.filter(({ family }) => family !== unique[0].family);
  const order = [];
  for (let i = 0; i < Math.max(first.length, second.length); i += 1)
    order.push(...first.slice(i, i + 1), ...second.slice(i, i + 1));
  return order;
}

/**
 * @param {ConnectOptions} options of `connect()`
 * @returns {import('node:net').LookupFunction} theirs, or what `dns.lookup` is at the moment
 */
function lookupOf(options) {
  // Here, because only names need it.
  return options.lookup || require('node:dns').lookup;
}

module.exports = { addressError, interleaveFamilies, lookupOf, lookupOptions };
