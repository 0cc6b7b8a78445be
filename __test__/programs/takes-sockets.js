'use strict';

/** Keeps the sockets that its parent sends, and tells how many there are when it is asked. */

const sockets = [];

process.on('message', (message, socket) => {
  if (message === 'how many?') process.send(sockets.length);
  else sockets.push(socket);
});
