'use strict';

const net = require('node:net');

const server = net.createServer((socket) => {
  socket.on('error', (error) => console.log('error', error.code));
  (function theEnder() {
    socket.end();
  })();
  let thrown;
  try {
    console.log(
      'returned',
      socket.write('x', (error) => console.log('callback', error.code)),
    );
  } catch (error) {
    thrown = error;
    console.log('threw', error.code);
  }
  const trace = thrown?.cause?.stack.includes('theEnder');
  if (trace !== undefined) console.log('trace', trace);
  socket.destroy();
  server.close();
});
server.listen(0, '127.0.0.1', () => net.connect(server.address().port, '127.0.0.1').resume());
