/* The interface of the example parser: what a datagram of the text dialect says. */

#ifndef PARSER_H
#define PARSER_H

#include <stddef.h>

enum { LARGEST_DATAGRAM = 65457 };

struct text {
    const unsigned char *data;
    size_t size;
};

struct parameter {
    struct text name; /* its data is NULL if there is no name */
    struct text value;
};

struct event {
    struct text name;
    size_t count;
    struct parameter parameters[LARGEST_DATAGRAM]; /* each takes a byte at least */
    unsigned char storage[LARGEST_DATAGRAM];       /* names and values are here */
};

#ifdef __cplusplus
extern "C"
#endif
/* Parses a datagram. Returns 1 if it is an event, and 0 if it is rejected. */
int parse(const unsigned char *datagram, size_t size, struct event *event);

#endif
