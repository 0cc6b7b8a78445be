import net = require('safe-socket');
import http = require('node:http');

const socket: net.Socket = net.safeSocket(1);
http.get({ createConnection: () => socket });
