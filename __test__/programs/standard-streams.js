'use strict';

// Piped standard streams are net.Sockets. What a program does with them is not the preload's business.
process.stdout.on('error', (error) => console.error(error.code));
process.stdout.end('bye\n');
process.stdout.write('more');
