const net = require('net');
const { safeSocket } = require('safe-socket');
const server = net.createServer((connection) => {
  const socket = safeSocket(connection);
  socket.end('Goodbye!');
  try {
    socket.write('One more thing...');
  } catch (err) {
    console.error(err.code);
  }
});
server.listen(3000);
