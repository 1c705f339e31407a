#!/usr/bin/env node
// A listener for OpenSIPS event datagrams, text dialect, with the standard library alone, UNIX sockets excepted.
//
//     evdg test --socket udp -- node listener.js
//     npm ci && evdg test -- node listener.js
//
// Node has had no UNIX datagram sockets since 0.5: for these, and only for these, it needs the package unix-dgram.
// Copy it, keep `parse`, and let `main` do your work instead of printing.
'use strict';

const { isUtf8 } = require('node:buffer');
const dgram = require('node:dgram');

const LARGEST = 65536; // more than any UDP datagram
const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Returns the event's name and its parameters, a list of {name, value} with or without name, all bytes. */
function parse(datagram) {
  if (datagram.length >= LARGEST) throw new Error('too long'); // no more is read, so it may be cut
  const nameEnd = datagram.indexOf(LINE_FEED);
  if (nameEnd < 1) throw new Error('no event name');
  const params = [];
  const body = datagram.subarray(nameEnd + 1);
  let at = 0;
  while (at < body.length && !(at === body.length - 1 && body[at] === LINE_FEED)) { // the end, or the end mark
    const lineFeed = body.indexOf(LINE_FEED, at);
    const lineEnd = lineFeed < 0 ? body.length : lineFeed;
    const separator = body.subarray(at, lineEnd).indexOf('::'); // in this line alone: time stays linear
    const param = {};
    if (separator > 0) { // a line that starts with :: has no name
      param.name = body.subarray(at, at + separator);
      at += separator + 2;
    }
    const closing = closingQuote(body, at);
    if (closing) {
      param.value = Buffer.from(body.toString('latin1', at + 1, closing).replaceAll('\\"', '"'), 'latin1');
      at = closing + 2;
    } else {
      param.value = body.subarray(at, lineEnd);
      at = lineEnd + 1;
    }
    params.push(param);
  }
  return { name: datagram.subarray(0, nameEnd), params };
}

/** Returns where the quoted value that starts at `at` is closed, or undefined if there is no quoted value. */
function closingQuote(body, at) {
  if (body[at] !== QUOTE) return undefined;
  let closing = at;
  do {
    closing = body.indexOf(QUOTE, closing + 1);
    if (closing < 0) return undefined;
  } while (body[closing - 1] === BACKSLASH);
  return closing + 1 === body.length || body[closing + 1] === LINE_FEED ? closing : undefined;
}

/** A JSON member: text where the bytes are UTF-8, hex where they are not. */
function field(key, data) {
  return isUtf8(data) ? { [key]: data.toString() } : { [`${key}_hex`]: data.toString('hex') };
}

/** The line that tells the conformance suite what was read. */
function report({ name, params }) {
  const items = params.map((param) => ({
    ...(param.name && field('name', param.name)),
    ...field('value', param.value),
  }));
  return { ...field('event', name), params: items };
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
      line = report(parse(datagram));
    } catch (error) {
      line = { error: error.message };
    }
    console.log(JSON.stringify(line));
  });
}

main();
