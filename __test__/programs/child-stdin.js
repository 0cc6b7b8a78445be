'use strict';

const { spawn } = require('node:child_process');

const child = spawn(process.execPath, ['-e', ''], { stdio: ['pipe', 'inherit', 'inherit'] });
child.stdin.end();
try {
  child.stdin.write('x');
} catch (err) {
  console.log(err.code);
  if (err.endedBy !== 'local') console.log(err.endedBy);
}
