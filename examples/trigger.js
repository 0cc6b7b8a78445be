const net = require('net');
const server = net.createServer((socket) => {
  socket.end('Goodbye!');
  try {
    socket.write('One more thing...');
  } catch (err) {
    console.error(err.code);
  }
});
server.listen(3000);
