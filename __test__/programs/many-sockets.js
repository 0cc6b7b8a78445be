'use strict';

// As many connections as the argument says; every third one is written to after its end.
const net = require('node:net');

const total = Number(process.argv[2] ?? 30);
let left = total;
const server = net.createServer((socket) => {
  const index = left;
  socket.on('error', () => {});
  socket.on('close', () => {
    left -= 1;
    if (left === 0) server.close();
  });
  socket.resume();
  socket.write('hello');
  if (index % 3 === 0) {
    socket.end('bye');
    setTimeout(heartbeat, 2, socket);
  } else {
    socket.end();
  }
});

function heartbeat(socket) {
  try {
    socket.write('are you there?');
  } catch {
    // The report has it.
  }
}

let opened = 0;
function open() {
  if (opened === total) return;
  opened += 1;
  net.connect(server.address().port, '127.0.0.1').resume().on('close', open);
}
server.listen(0, '127.0.0.1', () => {
  for (let count = 0; count < 10; count += 1) open();
});
