'use strict';

/**
 * What `npm install` does in a git checkout, and `npm install <git address>`: builds the addon. Packages from the
 * registry come built, and never run this.
 */

const { existsSync } = require('node:fs');
const path = require('node:path');

const { ROOT, demand, hasCargo } = require('./lib/checkout');

// npm prepares a package that it is about to pack, too, and there the dependencies may be missing.
if (!existsSync(path.join(ROOT, 'node_modules/@napi-rs/cli'))) process.exit();

if (hasCargo()) demand('npm run build', 'npm', ['run', 'build']);
else
  console.warn('No "cargo" on the PATH: the addon is not built. The guard and safe-socket/register work without it.');
