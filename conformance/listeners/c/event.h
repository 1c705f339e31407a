/* An event as it is read, in either dialect. */

#ifndef EVENT_H
#define EVENT_H

#include <stddef.h>

enum { LARGEST = 262144 }; /* more than OpenSIPS sends over any socket */

struct bytes {
    unsigned char *data; /* NULL where there is no name */
    size_t size;
};

struct param {
    struct bytes name;
    enum { STRING, INTEGER, NOTHING } kind; /* in the text dialect always STRING */
    struct bytes string;
    long long integer;
};

struct event {
    struct bytes name;
    size_t count;
    struct param params[LARGEST]; /* each takes a byte at least */
};

static inline struct bytes slice(unsigned char *at, unsigned char *end)
{
    return (struct bytes){at, (size_t)(end - at)};
}

/* Both read the event's name and its parameters, which stay where they are in the datagram. They
 * return why not, or NULL. The byte behind the datagram has to be a NUL. */
const char *parse_text(unsigned char *datagram, size_t size, struct event *event);
const char *parse_jsonrpc(unsigned char *datagram, size_t size, struct event *event);

#endif
