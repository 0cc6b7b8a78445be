'use strict';

const net = require('node:net');

const server = net.createServer((socket) => {
  socket.end('Goodbye!');
  try {
    socket.write('One more thing...');
    console.log('not refused');
  } catch (err) {
    console.log(err.code);
  }
  server.close();
});
server.listen(0, '127.0.0.1', () => net.connect(server.address().port, '127.0.0.1').resume());
