'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { Worker } = require('node:worker_threads');

new Worker(fs.readFileSync(path.join(__dirname, 'write-after-end.js'), 'utf8'), { eval: true });
