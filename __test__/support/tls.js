'use strict';

const fs = require('node:fs');
const path = require('node:path');

const fixtures = path.join(__dirname, '..', 'fixtures');

/** A key and a certificate for `localhost` that were made for these tests and protect nothing. */
const credentials = {
  key: fs.readFileSync(path.join(fixtures, 'key.pem')),
  cert: fs.readFileSync(path.join(fixtures, 'cert.pem')),
};

module.exports = { credentials };
