"""The text dialect, which OpenSIPS up to 3.0 sends."""


def parse(datagram):
    """Returns the event's name and its parameters, a list of (name or None, value), all bytes."""
    name, line_feed, body = datagram.partition(b"\n")
    if not name or not line_feed:
        raise ValueError("no event name")
    params = []
    at = 0
    while body[at : at + 2] not in (b"", b"\n"):  # the end, or the end mark
        line_end = body.find(b"\n", at)
        if line_end < 0:
            line_end = len(body)
        param = None
        closing = closing_quote(body, at)
        separator = body.find(b"::", at, line_end)
        if not closing and separator > at:  # a line that starts with :: has no name
            param = body[at:separator]
            at = separator + 2
            closing = closing_quote(body, at)
        if closing:
            value = body[at + 1 : closing].replace(b'\\"', b'"')
            at = closing + 2
        else:
            value = body[at:line_end]
            at = line_end + 1
        params.append((param, value))
    return name, params


def closing_quote(body, at):
    """Returns where the quoted value that starts at `at` closes, or None if there is none.

    A quoted value holds a line feed, and its closing quote ends a line. The first quote without a
    backslash before it closes the value. If that quote cannot, the value ends in a backslash, and
    the last quote before it that can closes the value.
    """
    line_feed = body.find(b"\n", at)
    if line_feed < 0 or body[at : at + 1] != b'"':
        return None
    closing = None
    quote = body.find(b'"', at + 1)
    while quote >= 0:
        if quote > line_feed and body[quote + 1 : quote + 2] in (b"", b"\n"):
            closing = quote
        if body[quote - 1 : quote] != b"\\":
            break
        quote = body.find(b'"', quote + 1)
    return closing
