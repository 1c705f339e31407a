#!/usr/bin/env python3
"""A listener for OpenSIPS event datagrams, with the standard library alone.

    evdg test -- python3 listener.py

Copy it beside `text.py` or `jsonrpc.py`, whichever your OpenSIPS speaks, and let `main` do your
work instead of printing.
"""

import json
import os
import socket

if os.environ.get("EVDG_DIALECT") == "jsonrpc":
    from jsonrpc import parse
else:
    from text import parse

LARGEST = 262144  # more than OpenSIPS sends over any socket


def field(key, data):
    """A JSON member: text where the bytes are UTF-8, hex where they are not. An integer or None
    stays what it is."""
    if not isinstance(data, bytes):
        return {key: data}
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
            if len(datagram) == LARGEST:
                raise ValueError("too long")  # no more is read, so it may be cut
            line = report(*parse(datagram))
        except ValueError as error:
            line = {"error": str(error)}
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
