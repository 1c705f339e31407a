"""A listener with a handful of bugs, beside the one that has none: for a report in which every
kind of thing happens."""

import json
import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parents[2] / "listeners/python"))

import listener  # noqa: E402


def misread(datagram):
    if not datagram:
        sys.exit("fatal: empty read")
    if b"key::b::c" in datagram:
        datagram = datagram.replace(b"key::b::c", b"key::b=c")
    name, params = listener.parse(datagram)
    report = listener.report(name, params)
    for param in report["params"]:
        if param.get("value", "").startswith(" "):
            param["value"] = param["value"].strip()
        if "name" not in param and param.get("value", "").startswith("::"):
            param["name"] = ""
            param["value"] = param["value"][2:]
    return report


def main():
    sock = listener.bind(os.environ["EVDG_SOCKET"])
    print(json.dumps({"ready": True, "name": "broken", "version": "1.0", "not_applicable": ["T16"]}), flush=True)
    while True:
        datagram = sock.recv(listener.LARGEST)
        try:
            report = misread(datagram)
        except ValueError as error:
            report = {"error": str(error)}
        print(json.dumps(report), flush=True)


main()
