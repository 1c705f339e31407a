// The text dialect, which OpenSIPS up to 3.0 sends.
'use strict';

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Returns the event's name and its parameters, a list of {name, value} with or without name, all
 * bytes.
 */
function parse(datagram) {
  const nameEnd = datagram.indexOf(LINE_FEED);
  if (nameEnd < 1) throw new Error('no event name');
  const params = [];
  const body = datagram.subarray(nameEnd + 1);
  let at = 0;
  // Until the end, or the end mark.
  while (at < body.length && !(at === body.length - 1 && body[at] === LINE_FEED)) {
    const lineFeed = body.indexOf(LINE_FEED, at);
    const lineEnd = lineFeed < 0 ? body.length : lineFeed;
    // In this line alone: time stays linear.
    const separator = body.subarray(at, lineEnd).indexOf('::');
    const param = {};
    let closing = closingQuote(body, at);
    if (!closing && separator > 0) { // a line that starts with :: has no name
      param.name = body.subarray(at, at + separator);
      at += separator + 2;
      closing = closingQuote(body, at);
    }
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

/**
 * Returns where the quoted value that starts at `at` closes, or undefined if there is none.
 *
 * A quoted value holds a line feed, and its closing quote ends a line. The first quote without a
 * backslash before it closes the value. If that quote cannot, the value ends in a backslash, and
 * the last quote before it that can closes the value.
 */
function closingQuote(body, at) {
  const lineFeed = body.indexOf(LINE_FEED, at);
  if (lineFeed < 0 || body[at] !== QUOTE) return undefined;
  let closing;
  for (let quote = body.indexOf(QUOTE, at + 1); quote >= 0; quote = body.indexOf(QUOTE, quote + 1)) {
    if (quote > lineFeed && (quote + 1 === body.length || body[quote + 1] === LINE_FEED)) closing = quote;
    if (body[quote - 1] !== BACKSLASH) break;
  }
  return closing;
}

module.exports = { parse };
