"""The library of the oracle, by ctypes. oracle/event_datagram_oracle.h documents its functions."""

import ctypes
import sys
from pathlib import Path

TEXT, JSONRPC = 0, 1
ADMISSIBLE, INADMISSIBLE, ADVISED_AGAINST = 0, 1, 2

_BYTES, _INTEGER, _NULL = 0, 1, 2
_CAPACITY = 1 << 16


class _Bytes(ctypes.Structure):
    _fields_ = [("data", ctypes.c_char_p), ("size", ctypes.c_size_t)]


class _Param(ctypes.Structure):
    _fields_ = [
        ("has_name", ctypes.c_uint32),
        ("kind", ctypes.c_uint32),
        ("name", _Bytes),
        ("bytes", _Bytes),
        ("integer", ctypes.c_int64),
    ]


class _Event(ctypes.Structure):
    _fields_ = [
        ("name", _Bytes),
        ("params", ctypes.POINTER(_Param)),
        ("param_count", ctypes.c_size_t),
    ]


class _Buffer(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_char_p),
        ("capacity", ctypes.c_size_t),
        ("size", ctypes.c_size_t),
    ]


def _load():
    name = {"darwin": "libevent_datagram_oracle.dylib", "win32": "event_datagram_oracle.dll"}
    file = name.get(sys.platform, "libevent_datagram_oracle.so")
    return ctypes.CDLL(str(Path(__file__).parent / "oracle/target/release" / file))


_library = _load()
_library.evdg_admits.argtypes = [
    ctypes.c_uint32,
    _Bytes,
    ctypes.POINTER(_Event),
    ctypes.POINTER(_Buffer),
]
_library.evdg_mutate.argtypes = [
    ctypes.c_uint32,
    ctypes.c_char_p,
    ctypes.c_size_t,
    ctypes.c_size_t,
    ctypes.c_uint32,
]
_library.evdg_mutate.restype = ctypes.c_size_t


def _bytes(data):
    return _Bytes(data, len(data))


def _param(name, value):
    param = _Param(has_name=name is not None, name=_bytes(name or b""))
    if value is None:
        param.kind = _NULL
    elif isinstance(value, int):
        param.kind, param.integer = _INTEGER, value
    else:
        param.kind, param.bytes = _BYTES, _bytes(value)
    return param


def _event(reading):
    if reading is None:
        return None
    name, parameters = reading
    params = (_Param * len(parameters))(*(_param(*parameter) for parameter in parameters))
    return ctypes.byref(_Event(_bytes(name), params, len(parameters)))


def admits(dialect, datagram, reading):
    """Returns an answer: is this reading of a datagram admissible?

    A reading is an event's name and its parameters, each (name or None, bytes, integer or None); or
    None for a rejection.
    """
    return _library.evdg_admits(dialect, _bytes(datagram), _event(reading), None)


def why(dialect, datagram, reading):
    """Returns what is wrong with a reading, and which readings are admissible."""
    text = ctypes.create_string_buffer(_CAPACITY)
    buffer = _Buffer(ctypes.cast(text, ctypes.c_char_p), _CAPACITY, 0)
    _library.evdg_admits(dialect, _bytes(datagram), _event(reading), ctypes.byref(buffer))
    return text.raw[: min(buffer.size, _CAPACITY)].decode(errors="replace")


def mutate(dialect, datagram, max_size, seed):
    """Returns a mutated datagram; of an empty one, a generated one."""
    size = min(len(datagram), max_size)
    data = ctypes.create_string_buffer(datagram[:size], max_size + 1)
    size = _library.evdg_mutate(dialect, data, size, max_size, seed & 0xFFFFFFFF)
    return data.raw[:size]
