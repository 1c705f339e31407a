#!/usr/bin/env python3
"""Lets evdg judge the two event listeners of the package `opensips`: `adapter.py thread` and
`adapter.py asyncio`."""

import asyncio
import json
import os
import sys

from opensips.event import OpenSIPSEventHandler


class Server:
    """Stands for the management interface of a server, where the package subscribes to events."""

    def execute(self, method, params):
        return "OK"


class EveryName(dict):
    """The package's table of subscriptions. It drops events that nobody has subscribed to; the
    vectors have many names."""

    def get(self, name, default=None):
        subscribed = super().get(name, default)
        return next(iter(self.values())) if isinstance(name, str) else subscribed


def report(message):
    """Called by the package with what it has read, or with None when it gives up."""
    if message is None:
        line = {"error": "the package has given up"}
    else:
        params = message.get("params", {})
        pairs = [{"name": name, "value": params[name]} for name in params] if isinstance(params, dict) else None
        items = [{"value": value} for value in params] if isinstance(params, list) else pairs
        line = {"error": "params of another kind"} if items is None else {"event": message["method"], "params": items}
    print(json.dumps(line), flush=True)


def handler():
    kind, _, place = os.environ["EVDG_SOCKET"].partition(":")
    if kind == "unix":
        return OpenSIPSEventHandler(Server(), "datagram", unix_path=place)
    ip, _, port = place.rpartition(":")
    return OpenSIPSEventHandler(Server(), "datagram", ip=ip, port=port)


def thread():
    events = handler()
    events.__listener__().events = EveryName()
    events.subscribe("E_EVDG_FENCE", report).thread.join()


async def tasks():
    events = handler()
    events.__async_listener__().events = EveryName()
    events.async_subscribe("E_EVDG_FENCE", report)
    await asyncio.Event().wait()


if sys.argv[1] == "thread":
    thread()
else:
    asyncio.run(tasks())
