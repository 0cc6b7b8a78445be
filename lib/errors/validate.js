'use strict';

/** Checks of arguments: each throws the error that `net` throws for the same value. */

const net = require('node:net');

const { badPort, invalidArgType, invalidArgValue, outOfRange } = require('./argument');

const MAX_INT32 = 2 ** 31 - 1;
const MAX_PORT = 0xffff;

/**
 * @param {unknown} value
 * @param {string} name
 */
function validateNumber(value, name) {
  if (typeof value !== 'number') throw invalidArgType(name, 'number', value);
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {number} [min]
 * @param {number} [max]
 */
function validateInt32(value, name, min = -MAX_INT32 - 1, max = MAX_INT32) {
  if (typeof value !== 'number') throw invalidArgType(name, 'number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < min || value > max) throw outOfRange(name, `>= ${min} && <= ${max}`, value);
}

/**
 * @param {unknown} value milliseconds
 * @param {string} name
 */
function validateTimeout(value, name) {
  if (typeof value !== 'number') throw invalidArgType(name, 'number', value);
  if (!(value >= 0 && value <= MAX_INT32)) throw outOfRange(name, `>= 0 && <= ${MAX_INT32}`, value);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function validateBoolean(value, name) {
  if (typeof value !== 'boolean') throw invalidArgType(name, 'boolean', value);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function validateString(value, name) {
  if (typeof value !== 'string') throw invalidArgType(name, 'string', value);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function validateFunction(value, name) {
  if (typeof value !== 'function') throw invalidArgType(name, 'function', value);
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function validateObject(value, name) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw invalidArgType(name, 'Object', value);
}

/**
 * @param {string} host
 * @param {string} name
 */
function validateHost(host, name) {
  validateString(host, name);
  if (host.includes('\0')) throw invalidArgValue(name, host, 'must be a string without null bytes');
}

/**
 * @param {unknown} port a number, or a string that reads as one
 * @param {string} [name]
 * @returns {number}
 */
function validatePort(port, name = 'Port') {
  const isNumeric = typeof port === 'number' || (typeof port === 'string' && port.trim() !== '');
  const number = Number(isNumeric ? port : Number.NaN);
  if (number !== number >>> 0 || number > MAX_PORT) throw badPort(name, port);
  return number;
}

/**
 * @param {unknown} signal
 * @param {string} name
 */
function validateAbortSignal(signal, name) {
  if (signal !== undefined && (signal === null || typeof signal !== 'object' || !('aborted' in signal))) {
    throw invalidArgType(name, 'AbortSignal', signal);
  }
}

/**
 * @param {unknown} list
 * @param {string} name
 */
function validateBlockList(list, name) {
  const { BlockList } = net;
  // `isBlockList` is not there yet in Node 20.
  const isBlockList = BlockList.isBlockList?.(list) ?? list instanceof BlockList;
  if (!isBlockList) throw invalidArgType(name, 'net.BlockList', list);
}

module.exports = {
  validateAbortSignal,
  validateBlockList,
  validateBoolean,
  validateFunction,
  validateHost,
  validateInt32,
  validateNumber,
  validateObject,
  validatePort,
  validateString,
  validateTimeout,
};
