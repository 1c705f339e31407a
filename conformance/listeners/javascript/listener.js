#!/usr/bin/env node
// A listener for OpenSIPS event datagrams, with the standard library alone, UNIX sockets excepted.
//
//     evdg test --socket udp -- node listener.js
//     npm ci && evdg test -- node listener.js
//
// Node has had no UNIX datagram sockets since 0.5: for these, and only for these, it needs the
// package unix-dgram. Copy it beside text.js or jsonrpc.js, whichever your OpenSIPS speaks, and let
// `main` do your work instead of printing.
'use strict';

const { isUtf8 } = require('node:buffer');
const dgram = require('node:dgram');

const { parse } = require(process.env.EVDG_DIALECT === 'jsonrpc' ? './jsonrpc.js' : './text.js');

// More than any UDP datagram. unix-dgram reads no more, so one of this size may be cut.
const LARGEST = 65536;

/**
 * A JSON member: text where the bytes are UTF-8, hex where they are not. An integer or null stays
 * what it is.
 */
function field(key, data) {
  if (!Buffer.isBuffer(data)) return `"${key}":${data}`;
  return isUtf8(data) ? `"${key}":${JSON.stringify(data.toString())}` : `"${key}_hex":"${data.toString('hex')}"`;
}

/**
 * The line that tells the conformance suite what was read. Written by hand, as JSON.stringify takes
 * no BigInt.
 */
function report({ name, params }) {
  const items = params.map((param) => `{${param.name ? `${field('name', param.name)},` : ''}${field('value', param.value)}}`);
  return `{${field('event', name)},"params":[${items}]}`;
}

/** Binds udp:HOST:PORT, udp:[HOST]:PORT or unix:PATH, and has every datagram received. */
function bind(address, receive) {
  if (address.startsWith('unix:')) {
    require('unix-dgram').createSocket('unix_dgram', receive).bind(address.slice('unix:'.length));
    return;
  }
  const [, host, port] = /^udp:(.*):(\d+)$/.exec(address);
  dgram.createSocket(host.startsWith('[') ? 'udp6' : 'udp4', receive).bind(Number(port), host.replace(/[[\]]/g, ''));
}

function main() {
  bind(process.env.EVDG_SOCKET, (datagram) => { // an empty one is a datagram, too
    let line;
    try {
      if (datagram.length >= LARGEST) throw new Error('too long');
      line = report(parse(datagram));
    } catch (error) {
      line = JSON.stringify({ error: error.message });
    }
    console.log(line);
  });
}

main();
