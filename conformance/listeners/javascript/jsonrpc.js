// The JSON-RPC dialect, which OpenSIPS 3.1 and later send.
'use strict';

// JSON without its commas and colons, which tell nothing more where it is known to be JSON.
const TOKENS = /"(?:[^"\\]|\\.)*"|[^\s",:[\]{}]+|[[\]{}]/g;
const ESCAPES = /(?:\\u[0-9a-f]{4})+|\\./gi;

/**
 * Returns the event's name and its parameters, a list of {name, value} with or without name: bytes,
 * and values also BigInt or null.
 */
function parse(datagram) {
  const text = datagram.toString('latin1'); // each byte a character, whatever bytes they are
  // Throws if it is no JSON. What it returns has lost names that repeat, their order, and large
  // integers.
  JSON.parse(text);
  const call = read(text.match(TOKENS).values());
  if (!Array.isArray(call)) throw new Error('no object');
  const { method, params = [] } = Object.fromEntries(call.map(({ name, value }) => [name, value]));
  if (!Buffer.isBuffer(method)) throw new Error('no method');
  if (!Array.isArray(params)) throw new Error('params are neither an object nor an array');
  if (params.some(({ value }) => value === undefined || Array.isArray(value))) {
    throw new Error('a value that is neither a string, an integer nor null');
  }
  return { name: method, params };
}

/**
 * Reads the next value: a list of {name, value} for objects, of {value} for arrays; undefined for
 * what no event holds.
 */
function read(tokens, token = tokens.next().value) {
  if (token === '{' || token === '[') {
    const items = [];
    for (;;) {
      const next = tokens.next().value;
      if (next === '}' || next === ']') return items;
      items.push(token === '{' ? { name: string(next), value: read(tokens) } : { value: read(tokens, next) });
    }
  }
  if (token.startsWith('"')) return string(token);
  if (/^-?\d+$/.test(token)) return BigInt(token);
  return token === 'null' ? null : undefined;
}

/** The bytes of a string. */
function string(token) {
  const unescape = (escapes) => Buffer.from(JSON.parse(`"${escapes}"`)).toString('latin1');
  return Buffer.from(token.slice(1, -1).replace(ESCAPES, unescape), 'latin1');
}

module.exports = { parse };
