"""The JSON-RPC dialect, which OpenSIPS 3.1 and later send."""

import json


def parse(datagram):
    """Returns the event's name and its parameters, a list of (name or None, value): bytes, and
    values also int or None."""
    try:
        # Objects become tuples of pairs: a dict would lose names that repeat.
        call = json.loads(datagram.decode(errors="surrogateescape"), object_pairs_hook=tuple, parse_constant=reject)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(call, tuple):
        raise ValueError("no object")
    members = dict(call)
    method = members.get("method")
    if not isinstance(method, str):
        raise ValueError("no method")
    params = members.get("params", ())
    if isinstance(params, list):
        params = [(None, value) for value in params]
    elif not isinstance(params, tuple):
        raise ValueError("params are neither an object nor an array")
    return exact(method), [(exact(name), exact(value)) for name, value in params]


def reject(word):
    """Rejects NaN and Infinity, which Python reads, and which are no JSON."""
    raise ValueError(word + " is no JSON")


def exact(value):
    """Strings become their bytes again, whatever bytes they are; integers, None and nothing else
    stay as they are."""
    if isinstance(value, str):
        return value.encode(errors="surrogateescape")
    if value is None or type(value) is int:  # a bool is an int, too
        return value
    raise ValueError("a value that is neither a string, an integer nor null")
