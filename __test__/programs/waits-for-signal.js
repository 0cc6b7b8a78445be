'use strict';

const net = require('node:net');

const server = net.createServer((socket) => {
  socket.end();
  try {
    socket.write('x');
  } catch {
    console.log('ready');
  }
});
server.listen(0, '127.0.0.1', () => net.connect(server.address().port, '127.0.0.1').resume());
if (process.argv[2] === 'graceful') process.on('SIGTERM', () => process.exit(3));
