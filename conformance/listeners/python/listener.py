#!/usr/bin/env python3
"""A listener for OpenSIPS event datagrams, text dialect, with the standard library alone.

    evdg test -- python3 listener.py

Copy it, keep `parse`, and let `main` do your work instead of printing.
"""

import json
import os
import socket
import sys

LARGEST = 65536  # more than any UDP datagram


def parse(datagram):
    """Returns the event's name and its parameters, a list of (name or None, value), all bytes."""
    if len(datagram) >= LARGEST:
        raise ValueError("too long")  # no more is read, so it may be cut
    name, line_feed, body = datagram.partition(b"\n")
    if not name or not line_feed:
        raise ValueError("no event name")
    params = []
    at = 0
    while body[at : at + 2] not in (b"", b"\n"):  # the end, or the end mark
        line_end = body.find(b"\n", at) % (len(body) + 1)  # where there is none: the end
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


def field(key, data):
    """A JSON member: text where the bytes are UTF-8, hex where they are not."""
    try:
        return {key: data.decode()}
    except UnicodeDecodeError:
        return {key + "_hex": data.hex()}


def report(name, params):
    """The line that tells the conformance suite what was read."""
    items = [{**(field("name", param) if param is not None else {}), **field("value", value)} for param, value in params]
    return {**field("event", name), "params": items}


def bind(address):
    """Binds udp:HOST:PORT, udp:[HOST]:PORT or unix:PATH."""
    kind, _, place = address.partition(":")
    if kind == "unix":
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.bind(place)
        return listener
    host, _, port = place.rpartition(":")
    listener = socket.socket(socket.AF_INET6 if "[" in host else socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind((host.strip("[]"), int(port)))
    return listener


def main():
    listener = bind(os.environ["EVDG_SOCKET"])
    while True:
        datagram = listener.recv(LARGEST)  # an empty one is a datagram, too
        try:
            line = report(*parse(datagram))
        except ValueError as error:
            line = {"error": str(error)}
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    sys.exit(main())
