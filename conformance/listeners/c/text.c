/* The text dialect, which OpenSIPS up to 3.0 sends. */

#include "event.h"

#include <string.h>

/* Returns where the first :: of the line is, or NULL. */
static unsigned char *separator(unsigned char *at, unsigned char *line_end)
{
    for (; line_end - at >= 2; at++)
        if (at[0] == ':' && at[1] == ':')
            return at;
    return NULL;
}

/* Returns where the quoted value that starts at `at` closes, or NULL if there is none.
 *
 * A quoted value holds a line feed, and its closing quote ends a line. The first quote without a
 * backslash before it closes the value. If that quote cannot, the value ends in a backslash, and
 * the last quote before it that can closes the value. */
static unsigned char *closing_quote(unsigned char *at, unsigned char *end)
{
    unsigned char *line_feed = memchr(at, '\n', end - at);
    if (line_feed == NULL || *at != '"')
        return NULL;
    unsigned char *closing = NULL, *quote = at;
    while ((quote = memchr(quote + 1, '"', end - quote - 1)) != NULL) {
        if (quote > line_feed && (quote + 1 == end || quote[1] == '\n'))
            closing = quote;
        if (quote[-1] != '\\')
            break;
    }
    return closing;
}

/* Turns \" into ", in place. A backslash at the end stays: the quote behind it closes. */
static struct bytes unescape(unsigned char *at, unsigned char *end)
{
    unsigned char *start = at, *to = at;
    while (at < end) {
        if (end - at >= 2 && at[0] == '\\' && at[1] == '"')
            at++;
        *to++ = *at++;
    }
    return slice(start, to);
}

const char *parse_text(unsigned char *datagram, size_t size, struct event *event)
{
    unsigned char *end = datagram + size;
    unsigned char *at = memchr(datagram, '\n', size);
    if (at == NULL || at == datagram)
        return "no event name";
    event->name = slice(datagram, at);
    event->count = 0;
    at++;
    while (at < end && !(at == end - 1 && *at == '\n')) { /* the end, or the end mark */
        unsigned char *line_feed = memchr(at, '\n', end - at);
        unsigned char *line_end = line_feed ? line_feed : end;
        unsigned char *closing = closing_quote(at, end);
        unsigned char *name_end = separator(at, line_end);
        struct bytes name = {0};
        if (!closing && name_end && name_end > at) { /* a line that starts with :: has no name */
            name = slice(at, name_end);
            at = name_end + 2;
            closing = closing_quote(at, end);
        }
        unsigned char *value_end = closing ? closing + 1 : line_end;
        struct bytes value = closing ? unescape(at + 1, closing) : slice(at, line_end);
        event->params[event->count++] = (struct param){.name = name, .kind = STRING, .string = value};
        at = value_end < end ? value_end + 1 : end;
    }
    return NULL;
}
