'use strict';

/** `res.write()` after `res.end()`, on a guarded response of Node's own HTTP server. */

const http = require('node:http');

const { safeSocket } = require('safe-socket');

const server = http.createServer((req, res) => {
  safeSocket(res);
  res.end('Goodbye!');
  try {
    res.write('One more thing...');
  } catch (err) {
    console.log(`${err.code}, ended by ${err.endedBy}`);
  }
});

server.listen(0, '127.0.0.1', () => {
  http.get({ port: server.address().port, host: '127.0.0.1', agent: false }, (res) => {
    res.setEncoding('utf8');
    res.on('data', (data) => console.log(`the client received: ${data}`));
    res.on('end', () => server.close());
  });
});
