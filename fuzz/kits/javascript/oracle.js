// The library of the oracle, by koffi. oracle/event_datagram_oracle.h documents its functions.

const path = require("path");
const koffi = require("koffi");

const file = { darwin: "libevent_datagram_oracle.dylib", win32: "event_datagram_oracle.dll" };
const library = koffi.load(
  path.join(__dirname, "oracle/target/release", file[process.platform] || "libevent_datagram_oracle.so"),
);

koffi.struct("evdg_bytes", { data: "const uint8_t *", size: "size_t" });
koffi.struct("evdg_param", {
  has_name: "uint32_t",
  kind: "uint32_t",
  name: "evdg_bytes",
  bytes: "evdg_bytes",
  integer: "int64_t",
});
koffi.struct("evdg_event", { name: "evdg_bytes", params: "const evdg_param *", param_count: "size_t" });
koffi.struct("evdg_buffer", { data: "uint8_t *", capacity: "size_t", size: "size_t" });
const evdgAdmits = library.func(
  "int32_t evdg_admits(uint32_t dialect, evdg_bytes datagram, const evdg_event *event, _Inout_ evdg_buffer *why)",
);
const evdgMutate = library.func(
  "size_t evdg_mutate(uint32_t dialect, _Inout_ uint8_t *data, size_t size, size_t max_size, uint32_t seed)",
);

const TEXT = 0;
const JSONRPC = 1;
const ADMISSIBLE = 0;
const INADMISSIBLE = 1;
const ADVISED_AGAINST = 2;

const BYTES = 0;
const INTEGER = 1;
const NULL = 2;
const CAPACITY = 1 << 16;
const none = { data: null, size: 0 };

function bytes(data) {
  return { data, size: data.length };
}

function param({ name, value }) {
  const named = { has_name: name === null ? 0 : 1, name: name === null ? none : bytes(name) };
  if (value === null) return { ...named, kind: NULL, bytes: none, integer: 0 };
  if (Buffer.isBuffer(value)) return { ...named, kind: BYTES, bytes: bytes(value), integer: 0 };
  return { ...named, kind: INTEGER, bytes: none, integer: value };
}

function toEvent(reading) {
  if (reading === null) return null;
  const params = reading.parameters.map(param);
  return {
    name: bytes(reading.name),
    params: params.length ? params : null,
    param_count: params.length,
  };
}

// Returns an answer: is this reading of a datagram admissible? A reading is {name, parameters:
// [{name or null, value}]}, names of Buffers, values of a Buffer, a number, a BigInt or null; or
// null for a rejection.
function admits(dialect, datagram, reading) {
  return evdgAdmits(dialect, bytes(datagram), toEvent(reading), null);
}

// Returns what is wrong with a reading, and which readings are admissible.
function why(dialect, datagram, reading) {
  const data = koffi.alloc("uint8_t", CAPACITY);
  const buffer = { data, capacity: CAPACITY, size: 0 };
  evdgAdmits(dialect, bytes(datagram), toEvent(reading), buffer);
  const size = Math.min(Number(buffer.size), CAPACITY);
  const text = Buffer.from(koffi.decode(data, koffi.array("uint8_t", size, "Typed")));
  koffi.free(data);
  return text.toString();
}

// Returns a mutated datagram; of an empty one, a generated one.
function mutate(dialect, datagram, maxSize, seed) {
  const data = Buffer.alloc(maxSize);
  const size = datagram.copy(data, 0, 0, maxSize);
  return data.subarray(0, Number(evdgMutate(dialect, data, size, maxSize, seed >>> 0)));
}

module.exports = { TEXT, JSONRPC, ADMISSIBLE, INADMISSIBLE, ADVISED_AGAINST, admits, why, mutate };
