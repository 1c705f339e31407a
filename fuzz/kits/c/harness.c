/* The harness: parses a datagram, and asks the oracle whether the reading is admissible. It
 * compiles as C and as C++. */

#include "event_datagram_oracle.h"
#include "parser.h"

#include <stdio.h>
#include <stdlib.h>

/* The dialect that the parser reads: EVDG_TEXT or EVDG_JSONRPC. */
enum { DIALECT = EVDG_TEXT };

/* 1 lets departures from requirements of level should count as findings, too. */
enum { STRICT = 0 };

static evdg_bytes bytes(struct text text)
{
    evdg_bytes bytes = {text.data, text.size};
    return bytes;
}

/* Prints what is wrong, and ends the process, so that the engine keeps the input. */
static void report(evdg_bytes datagram, const evdg_event *reading)
{
    static uint8_t text[65536];
    evdg_buffer why = {text, sizeof text, 0};
    evdg_admits(DIALECT, datagram, reading, &why);
    fprintf(stderr, "not admissible: %.*s\n", (int)(why.size < why.capacity ? why.size : why.capacity), (char *)text);
    abort();
}

#ifdef __cplusplus
extern "C"
#endif
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct event event;
    static evdg_param params[LARGEST_DATAGRAM];
    const evdg_bytes datagram = {data, size};
    evdg_event reading = {{NULL, 0}, params, 0};
    const evdg_event *read = NULL; /* a rejection */
    int32_t answer;
    if (parse(data, size, &event)) {
        reading.name = bytes(event.name);
        for (size_t i = 0; i < event.count; i++) {
            params[i].has_name = event.parameters[i].name.data != NULL;
            params[i].name = bytes(event.parameters[i].name);
            params[i].kind = EVDG_BYTES;
            params[i].bytes = bytes(event.parameters[i].value);
        }
        reading.param_count = event.count;
        read = &reading;
    }
    answer = evdg_admits(DIALECT, datagram, read, NULL);
    if (answer != EVDG_ADMISSIBLE && (STRICT || answer != EVDG_ADVISED_AGAINST))
        report(datagram, read);
    return 0;
}
