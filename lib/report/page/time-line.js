// @ts-nocheck: runs in the page of the report, where the names are a browser's
/* global document, window, getComputedStyle, ResizeObserver, matchMedia */
'use strict';

/**
 * The sockets on a time line. Only the rows in view are drawn, so that thousands stay usable.
 */

const report = JSON.parse(document.getElementById('data').textContent);
const { startedAt, endedAt, groups, omitted } = report;
const span = Math.max(1, endedAt - startedAt);
const [ROW, AXIS, LABEL, PAD] = [22, 24, 210, 14];
const view = document.getElementById('view');
const canvas = view.querySelector('canvas');
const pen = canvas.getContext('2d');
const tip = document.getElementById('tip');
let rows = report.sockets;
let zoom = 1;

const since = (at) => {
  const ms = at - startedAt;
  return ms < 10_000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
};
const show = (place) => (place ? `${place.file}:${place.line}` : '-');
const plural = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;

const fillTable = () => {
  const body = document.querySelector('#refusals tbody');
  for (const group of groups) {
    const row = body.insertRow();
    const cells = [
      group.count,
      group.bytesRefused,
      `${group.operation}()`,
      show(group.wrote),
      group.endedBy,
      show(group.ended),
      since(group.firstAt),
      since(group.lastAt),
    ];
    for (const [column, text] of cells.entries()) {
      const cell = row.insertCell();
      cell.textContent = text;
      if (column < 2) cell.className = 'number';
    }
  }
  document.getElementById('refusals').hidden = groups.length === 0;
  const left = omitted.sockets > 0 ? `, ${plural(omitted.sockets, 'older socket')} not shown` : '';
  document.getElementById('summary').textContent =
    `${report.command.join(' ')}: ${report.refused === 0 ? 'nothing was refused' : `${plural(report.refused, 'call')} refused, ${plural(report.bytesRefused, 'byte')}`}` +
    ` in ${since(endedAt)}, ${plural(report.sockets.length, 'socket')}${left}. Node.js ${report.node}.`;
};

const width = () => (view.clientWidth - LABEL - PAD * 2) * zoom;
const x = (at) => LABEL + PAD + ((at - startedAt) / span) * width() - view.scrollLeft;

const paint = () => {
  const { clientWidth, clientHeight } = view;
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== clientWidth * ratio || canvas.height !== clientHeight * ratio) {
    canvas.width = clientWidth * ratio;
    canvas.height = clientHeight * ratio;
    canvas.style.width = `${clientWidth}px`;
    canvas.style.height = `${clientHeight}px`;
  }
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.fillStyle = color('bg');
  pen.fillRect(0, 0, clientWidth, clientHeight);
  pen.font = '12px system-ui, sans-serif';
  pen.textBaseline = 'middle';

  const first = Math.floor(view.scrollTop / ROW);
  const last = Math.min(rows.length, first + Math.ceil(clientHeight / ROW) + 1);
  for (let index = first; index < last; index += 1) {
    const life = rows[index];
    const top = AXIS + index * ROW - view.scrollTop;
    const middle = top + ROW / 2;
    const over = life.endedAt ?? (life.refused.length > 0 ? life.refused[0][0] : endedAt);
    const lastAt = Math.max(over, ...life.refused.map(([at]) => at));
    if (index % 2 === 1) {
      pen.fillStyle = color('row');
      pen.fillRect(0, top, clientWidth, ROW);
    }
    pen.fillStyle = color('after');
    pen.fillRect(x(over), middle - 2, Math.max(0, x(lastAt) - x(over)), 4);
    pen.fillStyle = color('open');
    pen.fillRect(x(life.openedAt), middle - 4, Math.max(2, x(over) - x(life.openedAt)), 8);
    pen.fillStyle = color('write');
    for (const [at] of life.writes) pen.fillRect(x(at), middle - 6, 1.5, 12);
    if (life.endedAt !== undefined) {
      pen.fillStyle = color('end');
      pen.fillRect(x(over) - 1, middle - 8, 3, 16);
    }
    pen.fillStyle = color('refused');
    for (const [at] of life.refused) {
      pen.beginPath();
      pen.arc(x(at) + 4, middle, 4.5, 0, 7);
      pen.fill();
    }
    pen.fillStyle = index % 2 === 1 ? color('row') : color('bg');
    pen.fillRect(0, top, LABEL, ROW);
    pen.fillStyle = life.refused.length > 0 ? color('refused') : color('fg');
    pen.fillText(`#${life.id} ${life.side} ${life.remote ?? ''}`, 10, middle, LABEL - 20);
  }

  pen.fillStyle = color('bg');
  pen.fillRect(0, 0, clientWidth, AXIS);
  pen.fillStyle = color('dim');
  const step = niceStep((span / width()) * 110);
  for (let at = 0; at <= span; at += step) {
    const left = x(startedAt + at);
    if (left < LABEL || left > clientWidth) continue;
    pen.fillRect(left, AXIS - 6, 1, 6);
    pen.fillText(since(startedAt + at), left + 4, AXIS / 2);
  }
  pen.fillStyle = color('line');
  pen.fillRect(0, AXIS - 1, clientWidth, 1);
};

const niceStep = (ms) => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, ms)));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= ms) ?? 10);
};

const layout = () => {
  const space = document.getElementById('space');
  space.style.height = `${AXIS + rows.length * ROW}px`;
  space.style.width = `${LABEL + PAD * 2 + width()}px`;
  document.getElementById('shown').textContent = `${rows.length} of ${plural(report.sockets.length, 'socket')}`;
  paint();
};

const describe = (life) => {
  const lines = [`#${life.id}, ${life.side}${life.remote ? `, ${life.remote}` : ''}, process ${life.pid}`];
  lines.push(`opened after ${since(life.openedAt)}`);
  const writes = life.writes.reduce((sum, [, count]) => sum + count, 0);
  lines.push(plural(writes, 'write'));
  if (life.endedBy) {
    const when = life.endedAt === undefined ? '' : ` after ${since(life.endedAt)}`;
    lines.push(`ended by ${life.endedBy}${when}${life.ended ? `, at ${show(life.ended)}` : ''}`);
  } else {
    lines.push('never ended');
  }
  for (const [at, index] of life.refused.slice(0, 8)) {
    lines.push(`refused ${groups[index].operation}() after ${since(at)}, at ${show(groups[index].wrote)}`);
  }
  if (life.refused.length > 8) lines.push(`… ${life.refused.length - 8} more refused`);
  return lines.join('\n');
};

const point = (event) => {
  const box = view.getBoundingClientRect();
  const top = event.clientY - box.top;
  const life = top < AXIS ? undefined : rows[Math.floor((top - AXIS + view.scrollTop) / ROW)];
  tip.hidden = life === undefined;
  if (life === undefined) return;
  tip.textContent = describe(life);
  tip.style.left = `${Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8)}px`;
  tip.style.top = `${Math.min(event.clientY + 14, window.innerHeight - tip.offsetHeight - 8)}px`;
};

document.getElementById('filter').addEventListener('change', ({ target }) => {
  const keeps = { all: () => true, refused: (life) => life.refused.length > 0, open: (life) => !life.endedBy };
  rows = report.sockets.filter(keeps[target.value]);
  view.scrollTop = 0;
  layout();
});
document.getElementById('zoom').addEventListener('input', ({ target }) => {
  const centre = (view.scrollLeft + view.clientWidth / 2) / zoom;
  zoom = 2 ** Number(target.value);
  layout();
  view.scrollLeft = centre * zoom - view.clientWidth / 2;
  paint();
});
view.addEventListener('scroll', paint);
view.addEventListener('mousemove', point);
view.addEventListener('mouseleave', () => (tip.hidden = true));
new ResizeObserver(layout).observe(view);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint);
fillTable();
layout();
