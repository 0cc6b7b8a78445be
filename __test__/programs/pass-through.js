'use strict';

// Shows what an application gets from outside, and ends as it is told to.
console.log(JSON.stringify(process.argv.slice(2)));
process.stdin.setEncoding('utf8').on('data', (data) => process.stdout.write(data));
process.stdin.on('end', () => process.exit(7));
