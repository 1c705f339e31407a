/* The oracle for OpenSIPS event datagrams: is what a parser read of a datagram admissible?
 *
 * Link libevent_datagram_oracle_c (static or shared). All functions may be called from any thread.
 * Nothing that they return needs to be freed: texts and datagrams go into buffers of the caller.
 *
 * A pointer must be valid for the size that is beside it. Anything else is taken: null pointers of
 * size 0, null for what may be left out, numbers that name nothing. What cannot be used returns
 * EVDG_MISUSE. No call ends the process. */

#ifndef EVENT_DATAGRAM_ORACLE_H
#define EVENT_DATAGRAM_ORACLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Dialects. */
enum {
    EVDG_TEXT = 0,    /* lines of text: OpenSIPS up to 3.0 */
    EVDG_JSONRPC = 1, /* JSON-RPC notifications: OpenSIPS 3.1 and later */
};

/* Kinds of values. */
enum {
    EVDG_BYTES = 0, /* a string; in the text dialect every value is one */
    EVDG_INTEGER = 1,
    EVDG_NULL = 2,
};

/* Answers. */
enum {
    EVDG_ADMISSIBLE = 0,      /* yes; and what other functions return when all went well */
    EVDG_INADMISSIBLE = 1,    /* no: a requirement of level must is broken */
    EVDG_ADVISED_AGAINST = 2, /* no, but requirements of level should alone ask for another reading */
    EVDG_NO_REPORT = 3,       /* the line is about no datagram: it is a start line or a log line */
    EVDG_TOO_LONG = 4,        /* the event is longer than any datagram may be */
    EVDG_MISUSE = -1,         /* an argument cannot be used */
    EVDG_INTERNAL = -2,       /* a bug of this library; standard error has details */
};

/* Bytes of the caller. `data` may be null if `size` is 0. */
typedef struct evdg_bytes {
    const uint8_t *data;
    size_t size;
} evdg_bytes;

/* One parameter of an event. */
typedef struct evdg_param {
    uint32_t has_name; /* 0: it has no name, and `name` is ignored */
    uint32_t kind;     /* EVDG_BYTES, EVDG_INTEGER or EVDG_NULL */
    evdg_bytes name;
    evdg_bytes bytes; /* the value, if it is EVDG_BYTES; ignored otherwise */
    int64_t integer;  /* the value, if it is EVDG_INTEGER; ignored otherwise */
} evdg_param;

/* An event: its name, and its parameters in order, with duplicates. */
typedef struct evdg_event {
    evdg_bytes name;
    const evdg_param *params;
    size_t param_count;
} evdg_event;

/* A buffer of the caller for what a function returns. The function writes at most `capacity` bytes
 * to `data`, and sets `size` to the size of the whole: if that is more than `capacity`, what was
 * written is the beginning. Texts are UTF-8 on one line, and no NUL follows them. Arguments may lie
 * in the buffer: they are read before it is written. */
typedef struct evdg_buffer {
    uint8_t *data;
    size_t capacity;
    size_t size;
} evdg_buffer;

/* Returns whether an event is an admissible reading of a datagram: EVDG_ADMISSIBLE,
 * EVDG_INADMISSIBLE or EVDG_ADVISED_AGAINST. `event` is null if the parser rejected the datagram.
 * `why`, unless it is null, gets what is wrong, and the admissible readings. */
int32_t evdg_admits(uint32_t dialect, evdg_bytes datagram, const evdg_event *event, evdg_buffer *why);

/* The same for a parser that prints the contract's JSON lines: {"event":"E_TEST","params":[]} or
 * {"error":"why"}, without the line feed. Returns EVDG_NO_REPORT for a line about no datagram. */
int32_t evdg_admits_line(uint32_t dialect, evdg_bytes datagram, evdg_bytes line, evdg_buffer *why);

/* Writes the datagram that OpenSIPS sends of an event, byte for byte: text as 1.8 to 3.0, JSON-RPC
 * as 3.4 to 4.0. `caveats`, unless it is null, gets in which way the datagram reads back
 * differently, and whether real servers refuse or lose the event; it is empty for most events.
 * Returns EVDG_ADMISSIBLE, or EVDG_TOO_LONG. */
int32_t evdg_encode(uint32_t dialect, const evdg_event *event, evdg_buffer *datagram, evdg_buffer *caveats);

/* Makes a datagram on which parsers fail. Each byte of `choices` decides something, so that an
 * engine that is guided by coverage can search them; fewer and smaller bytes make a simpler
 * datagram, and equal bytes the same one. */
int32_t evdg_generate(uint32_t dialect, evdg_bytes choices, evdg_buffer *datagram);

/* Mutates a datagram in place, for LLVMFuzzerCustomMutator and afl_custom_fuzz; sometimes, and
 * always if `size` is 0, replaces it with a generated one. Equal arguments have equal results.
 * `data` holds `max_size` bytes. Returns the new size: at most `max_size`, and 0 on misuse. */
size_t evdg_mutate(uint32_t dialect, uint8_t *data, size_t size, size_t max_size, uint32_t seed);

#ifdef __cplusplus
}
#endif

#endif
