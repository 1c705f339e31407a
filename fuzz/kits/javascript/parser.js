// An example: a parser of the text dialect with a planted bug. Put your own in its place.

// Parses a datagram, a Buffer. Returns {name, parameters: [{name or null, value}]}, all of Buffers.
// Throws a SyntaxError if the datagram is rejected.
function parse(datagram) {
  const end = datagram.indexOf("\n");
  if (end <= 0) throw new SyntaxError("no event name");
  const event = { name: datagram.subarray(0, end), parameters: [] };
  let rest = datagram.subarray(end + 1);
  // The end, or the end mark.
  while (rest.length > 0 && !(rest.length === 1 && rest[0] === 0x0a)) {
    const lineFeed = rest.indexOf("\n");
    const line = lineFeed < 0 ? rest : rest.subarray(0, lineFeed);
    let name = null;
    let start = 0;
    let closing = closingQuote(rest);
    const separator = line.indexOf("::");
    if (closing < 0 && separator > 0) {
      name = line.subarray(0, separator);
      start = separator + 2;
      closing = closingQuote(rest.subarray(start));
    }
    let value = line.subarray(start);
    let length = line.length;
    if (closing >= 0) {
      value = unescape(rest.subarray(start + 1, start + closing));
      length = start + closing + 1;
    }
    event.parameters.push({ name, value });
    rest = rest.subarray(length + 1);
  }
  return event;
}

// Returns where the quoted value at the start of a text closes, or -1 if there is none: a quoted
// value holds a line feed, and its closing quote ends a line.
function closingQuote(text) {
  const lineFeed = text.indexOf("\n");
  if (lineFeed < 0 || text[0] !== 0x22) return -1;
  let closing = -1;
  for (let at = text.indexOf('"', 1); at >= 0; at = text.indexOf('"', at + 1)) {
    if (at > lineFeed && (at + 1 === text.length || text[at + 1] === 0x0a)) closing = at;
    if (text[at - 1] !== 0x5c) break;
  }
  return closing;
}

// Removes the escapes of a quoted value.
function unescape(text) {
  const value = [];
  for (let at = 0; at < text.length; at++) {
    // The planted bug: only the backslash of \" is an escape. Correct is
    // text[at] === 0x5c && text[at + 1] === 0x22
    if (text[at] === 0x5c && at + 1 < text.length) at++;
    value.push(text[at]);
  }
  return Buffer.from(value);
}

module.exports = { parse };
