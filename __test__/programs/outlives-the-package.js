'use strict';

/** Renames the folder of the package that is preloaded, as soon as a socket is used, and goes on. */

const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');

const [, , folder] = process.argv;

const server = http.createServer((_, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  const socket = net.connect(port, '127.0.0.1', () => {
    fs.renameSync(folder, `${folder}-gone`);
    socket.setTimeout(60_000);
    socket.end('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    try {
      socket.write('late');
    } catch (error) {
      console.log(error.message);
    }
    let text = '';
    socket.on('data', (chunk) => (text += chunk));
    socket.on('close', () => {
      console.log(text.slice(0, 'HTTP/1.1 200 OK'.length));
      server.close();
    });
  });
});
