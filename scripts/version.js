'use strict';

/** What `npm version` runs before it commits: the crate gets the version of the package. */

const fs = require('node:fs');
const path = require('node:path');

const { ROOT, demand } = require('./lib/checkout');

const manifest = path.join(ROOT, 'Cargo.toml');
const { version } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
const crate = fs.readFileSync(manifest, 'utf8').replace(/^version = ".*"$/m, `version = "${version}"`);

fs.writeFileSync(manifest, crate);
demand('Cargo.lock', 'cargo', ['update', '--offline', '--quiet', 'safe-socket']);
demand('git add', 'git', ['add', 'Cargo.toml', 'Cargo.lock']);
