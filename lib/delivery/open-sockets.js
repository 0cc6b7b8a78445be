'use strict';

const { foreignSockets } = require('../guard/open-sockets');
const { owners } = require('../native/events');
const { kState } = require('../socket/state');

/** @returns {any[]} the sockets of this environment that may have bytes on their way: ours, and guarded ones of Node's */
function openSockets() {
  const ours = owners.filter((owner) => owner?.[kState]?.stream);
  return [...ours, ...foreignSockets()];
}

module.exports = { openSockets };
