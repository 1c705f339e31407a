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
        separator = body.find(b"::", at, line_end)
        param = None
        if separator > at:  # a line that starts with :: has no name
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
    """Returns where the quoted value that starts at `at` is closed, or None if there is no quoted value."""
    if body[at : at + 1] != b'"':
        return None
    closing = body.find(b'"', at + 1)
    while closing > 0 and body[closing - 1 : closing] == b"\\":
        closing = body.find(b'"', closing + 1)
    if closing < 0 or body[closing + 1 : closing + 2] not in (b"", b"\n"):
        return None
    return closing
