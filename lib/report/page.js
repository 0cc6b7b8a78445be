'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { shortPlace } = require('./place');

/**
 * The report as one page that needs no network: the data as JSON inside, a table of the refusals, and the sockets on a
 * time line. Its script and its style are in the folder beside this file.
 */

/**
 * @param {import('./merge').Report} report
 * @returns {string}
 */
function page(report) {
  const groups = report.groups.map((group) => ({
    ...group,
    wrote: shortPlace(group.wrote),
    ended: shortPlace(group.ended),
  }));
  // `<` could end the script element, or begin a comment in it.
  const data = JSON.stringify({ ...report, groups }).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>safe-socket: refused calls</title>
<style>${part('style.css')}</style>
</head>
<body>
<header>
<h1>safe-socket</h1>
<p id="summary"></p>
</header>
<main>
<section id="refusals">
<h2>Refused calls</h2>
<div class="scroll"><table><thead><tr>
<th class="number">count</th><th class="number">bytes</th><th>call</th><th>written at</th><th>ended by</th><th>ended at</th><th>first</th><th>last</th>
</tr></thead><tbody></tbody></table></div>
</section>
<section id="sockets">
<h2>Sockets</h2>
<div class="bar">
<label>Show <select id="filter"><option value="all">all sockets</option><option value="refused">with refused calls</option><option value="open">that never ended</option></select></label>
<label>Zoom <input id="zoom" type="range" min="0" max="10" value="0"></label>
<ul class="legend">
<li><i class="open"></i>open</li><li><i class="after"></i>ended</li><li><i class="write"></i>write</li>
<li><i class="end"></i>end</li><li><i class="refused"></i>refused</li>
</ul>
<span id="shown"></span>
</div>
<div id="view" tabindex="0"><div id="space"></div><canvas></canvas></div>
<div id="tip" hidden></div>
</section>
</main>
<script type="application/json" id="data">${data}</script>
<script>${part('time-line.js')}</script>
</body>
</html>
`;
}

/**
 * @param {string} name
 * @returns {string}
 */
function part(name) {
  return fs.readFileSync(path.join(__dirname, 'page', name), 'utf8');
}

module.exports = { page };
