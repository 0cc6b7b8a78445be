'use strict';

/** The echoing end in a process of its own: run by `fork()`, it sends its port, and goes when its parent lets go of it. */

const process = require('node:process');

const { startEcho } = require('./messages');

startEcho().then((server) => {
  process.send?.(server.address().port);
  process.once('disconnect', () => process.exit());
});
