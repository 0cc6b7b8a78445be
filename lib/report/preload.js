'use strict';

/**
 * The preload of `npx safe-socket app.js`: registers the guard, records, and leaves what it recorded in a folder when
 * the process or worker exits.
 */

const fs = require('node:fs');
const path = require('node:path');
const { isMainThread, threadId } = require('node:worker_threads');

require('../delivery/at-end');
const { guardEverySocket } = require('../guard/all-sockets');
const { Recorder } = require('./recorder');

const directory = process.env.SAFE_SOCKET_REPORT_DIR;
/** The signals that end a process which does not listen for them, with no `'exit'` event. */
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

guardEverySocket();

if (directory !== undefined) {
  const recorder = new Recorder();
  recorder.start();
  const save = () => {
    try {
      const file = path.join(directory, `${process.pid}-${threadId}.json`);
      fs.writeFileSync(file, JSON.stringify(recorder.take()));
    } catch {
      // The application matters more than the report on it.
    }
  };
  process.on('exit', save);
  if (isMainThread) for (const signal of SIGNALS) saveBefore(signal, save);
}

/**
 * @param {NodeJS.Signals} signal
 * @param {() => void} save
 */
function saveBefore(signal, save) {
  const onSignal = () => {
    // An application that listens for the signal decides itself whether it exits.
    if (process.listenerCount(signal) > 1) return;
    save();
    process.removeListener(signal, onSignal);
    process.kill(process.pid, signal);
  };
  process.on(signal, onSignal);
}
