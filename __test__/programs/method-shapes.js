'use strict';

/** Prints what the methods of `net.Socket` look like: before there is a socket, and when there is one. */

const { Duplex, Writable } = require('node:stream');
const net = require('node:net');

show();
new net.Socket().destroy();
show();

function show() {
  for (const { prototype } of [net.Socket, Duplex, Writable]) {
    for (const [key, { value, ...property }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value === 'function') console.log(JSON.stringify([key, value.name, value.length, property]));
    }
  }
}
