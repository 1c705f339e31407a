/* An example: a parser of the text dialect with a planted bug. Put your own in its place. */

#include "parser.h"

#include <string.h>

static struct text slice(const unsigned char *start, const unsigned char *end)
{
    struct text text = {start, (size_t)(end - start)};
    return text;
}

/* Returns where the first :: of the line is, or NULL. */
static unsigned char *separator(unsigned char *at, unsigned char *line_end)
{
    for (; line_end - at >= 2; at++)
        if (at[0] == ':' && at[1] == ':')
            return at;
    return NULL;
}

/* Returns where the quoted value that starts at `at` closes, or NULL if there is none: a quoted
 * value holds a line feed, and its closing quote ends a line. */
static unsigned char *closing_quote(unsigned char *at, unsigned char *end)
{
    unsigned char *line_feed = (unsigned char *)memchr(at, '\n', (size_t)(end - at));
    unsigned char *closing = NULL, *quote = at;
    if (line_feed == NULL || *at != '"')
        return NULL;
    while ((quote = (unsigned char *)memchr(quote + 1, '"', (size_t)(end - quote - 1))) != NULL) {
        if (quote > line_feed && (quote + 1 == end || quote[1] == '\n'))
            closing = quote;
        if (quote[-1] != '\\')
            break;
    }
    return closing;
}

/* Removes the escapes of a quoted value, in place. */
static struct text unescape(unsigned char *at, unsigned char *end)
{
    unsigned char *start = at, *to = at;
    while (at < end) {
        /* The planted bug: only the backslash of \" is an escape. Correct is
         * at[0] == '\\' && at[1] == '"' */
        if (end - at >= 2 && at[0] == '\\')
            at++;
        *to++ = *at++;
    }
    return slice(start, to);
}

int parse(const unsigned char *datagram, size_t size, struct event *event)
{
    unsigned char *at, *end, *start = event->storage;
    if (size == 0 || size > LARGEST_DATAGRAM)
        return 0;
    memcpy(start, datagram, size);
    end = start + size;
    at = (unsigned char *)memchr(start, '\n', size);
    if (at == NULL || at == start)
        return 0;
    event->name = slice(start, at);
    event->count = 0;
    at++;
    while (at < end && !(at == end - 1 && *at == '\n')) { /* the end, or the end mark */
        unsigned char *line_feed = (unsigned char *)memchr(at, '\n', (size_t)(end - at));
        unsigned char *line_end = line_feed ? line_feed : end;
        unsigned char *closing = closing_quote(at, end);
        unsigned char *name_end = separator(at, line_end);
        unsigned char *value_end;
        struct parameter *parameter = &event->parameters[event->count++];
        parameter->name = slice(NULL, NULL);
        if (!closing && name_end && name_end > at) { /* a line that starts with :: has no name */
            parameter->name = slice(at, name_end);
            at = name_end + 2;
            closing = closing_quote(at, end);
        }
        value_end = closing ? closing + 1 : line_end;
        parameter->value = closing ? unescape(at + 1, closing) : slice(at, line_end);
        at = value_end < end ? value_end + 1 : end;
    }
    return 1;
}
