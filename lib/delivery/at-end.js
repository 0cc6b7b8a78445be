'use strict';

/**
 * What the end of a socket sets off here; see `contract/at-end.js`. Both are loaded when it does: of many programs few
 * ask.
 */

const { atEnd } = require('../contract/at-end');

atEnd.linger = (socket, timeoutMs) => require('./close-gracefully').linger(socket, timeoutMs);
atEnd.announceClosed = (socket, cause) => require('./snapshot').announceClosed(socket, cause);
