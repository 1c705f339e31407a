"""An example: a parser of the text dialect with a planted bug. Put your own in its place."""


def parse(datagram):
    """Parses a datagram of bytes. Returns the event's name and a list of (name or None, value).

    Raises ValueError if the datagram is rejected.
    """
    event, line_feed, rest = datagram.partition(b"\n")
    if not event or not line_feed:
        raise ValueError("no event name")
    parameters = []
    while rest and rest != b"\n":  # the end, or the end mark
        line = rest.partition(b"\n")[0]
        name, start = None, 0
        closing = closing_quote(rest)
        separator = line.find(b"::")
        if closing is None and separator > 0:
            name, start = line[:separator], separator + 2
            closing = closing_quote(rest[start:])
        if closing is None:
            value, end = line[start:], len(line)
        else:
            value, end = unescape(rest[start + 1 : start + closing]), start + closing + 1
        parameters.append((name, value))
        rest = rest[end + 1 :]
    return event, parameters


def closing_quote(text):
    """Returns where the quoted value at the start of a text closes, or None if there is none.

    A quoted value holds a line feed, and its closing quote ends a line.
    """
    line_feed = text.find(b"\n")
    if line_feed < 0 or not text.startswith(b'"'):
        return None
    closing = None
    at = text.find(b'"', 1)
    while at >= 0:
        if at > line_feed and text[at + 1 : at + 2] in (b"", b"\n"):
            closing = at
        if text[at - 1 : at] != b"\\":
            break
        at = text.find(b'"', at + 1)
    return closing


def unescape(text):
    """Removes the escapes of a quoted value."""
    # The planted bug: only the backslash of \" is an escape. Correct is
    # return text.replace(b'\\"', b'"')
    value = bytearray()
    at = 0
    while at < len(text):
        if text[at : at + 1] == b"\\" and at + 1 < len(text):
            at += 1
        value += text[at : at + 1]
        at += 1
    return bytes(value)
