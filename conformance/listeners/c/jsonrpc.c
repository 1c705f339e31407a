/* The JSON-RPC dialect, which OpenSIPS 3.1 and later send.
 *
 * Behind the datagram stands a NUL, which has no place in JSON: so nothing has to look for the end.
 * Each function moves `at` on behind what it reads, or returns false if that is not there. */

#include "event.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 100 }; /* an event is two deep */

static bool take(unsigned char **at, char what)
{
    bool is_there = **at == (unsigned char)what;
    *at += is_there;
    return is_there;
}

static bool take_word(unsigned char **at, const char *word)
{
    while (*word && take(at, *word))
        word++;
    return *word == '\0';
}

static bool skip_space(unsigned char **at)
{
    *at += strspn((char *)*at, " \t\n\r");
    return true;
}

static bool skip_digits(unsigned char **at)
{
    unsigned char *start = *at;
    while (isdigit(**at))
        ++*at;
    return *at > start;
}

static bool skip_number(unsigned char **at)
{
    take(at, '-');
    if (!take(at, '0') && !skip_digits(at))
        return false;
    if (take(at, '.') && !skip_digits(at))
        return false;
    if (!take(at, 'e') && !take(at, 'E'))
        return true;
    if (!take(at, '+'))
        take(at, '-');
    return skip_digits(at);
}

/* Reads the digits of \uXXXX. */
static bool read_unit(unsigned char **at, unsigned long *unit)
{
    char digits[5] = {0};
    for (int i = 0; i < 4; i++) {
        if (!isxdigit(**at))
            return false;
        digits[i] = (char)*(*at)++;
    }
    *unit = strtoul(digits, NULL, 16);
    return true;
}

static unsigned char *put_utf8(unsigned char *to, unsigned long character)
{
    static const unsigned char lead[] = {0x00, 0xc0, 0xe0, 0xf0};
    int more = (character >= 0x80) + (character >= 0x800) + (character >= 0x10000);
    *to++ = (unsigned char)(lead[more] | character >> 6 * more);
    while (more-- > 0)
        *to++ = (unsigned char)(0x80 | (character >> 6 * more & 0x3f));
    return to;
}

/* Reads what stands behind a backslash, and puts what it means at `to`. */
static bool read_escape(unsigned char **at, unsigned char **to)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    unsigned long character, low;
    if (!take(at, 'u')) {
        const char *letter = memchr(letters, *(*at)++, strlen(letters));
        if (letter == NULL)
            return false;
        *(*to)++ = (unsigned char)meanings[letter - letters];
        return true;
    }
    if (!read_unit(at, &character))
        return false;
    if (character >= 0xd800 && character <= 0xdfff) { /* half of a pair */
        if (character > 0xdbff || !take_word(at, "\\u") || !read_unit(at, &low) || low < 0xdc00 || low > 0xdfff)
            return false;
        character = 0x10000 + ((character - 0xd800) << 10) + (low - 0xdc00);
    }
    *to = put_utf8(*to, character);
    return true;
}

/* Reads a string, and replaces its escapes in place. */
static bool read_string(unsigned char **at, struct bytes *string)
{
    if (!take(at, '"'))
        return false;
    unsigned char *start = *at, *to = start;
    while (!take(at, '"')) {
        if (**at < ' ')
            return false;
        if (!take(at, '\\'))
            *to++ = *(*at)++;
        else if (!read_escape(at, &to))
            return false;
    }
    *string = slice(start, to);
    return true;
}

/* Reads the name of a member, up to its value. */
static bool read_key(unsigned char **at, struct bytes *key)
{
    return skip_space(at) && read_string(at, key) && skip_space(at) && take(at, ':') && skip_space(at);
}

/* Reads the value of a parameter: a string, an integer or null. */
static bool read_value(unsigned char **at, struct param *param)
{
    char *start = (char *)*at, *end;
    if (*start == '"') {
        param->kind = STRING;
        return read_string(at, &param->string);
    }
    if (*start == 'n') {
        param->kind = NOTHING;
        return take_word(at, "null");
    }
    param->kind = INTEGER;
    errno = 0;
    param->integer = strtoll(start, &end, 10);
    return skip_number(at) && end == (char *)*at && errno == 0;
}

static bool read_items(unsigned char **at, struct event *event, int depth);

static bool skip_value(unsigned char **at, int depth)
{
    struct bytes string;
    switch (**at) {
    case '{':
    case '[':
        return depth < DEEPEST && read_items(at, NULL, depth + 1);
    case '"':
        return read_string(at, &string);
    case 't':
        return take_word(at, "true");
    case 'f':
        return take_word(at, "false");
    case 'n':
        return take_word(at, "null");
    default:
        return skip_number(at);
    }
}

/* Reads an object or an array: the parameters of the event or, where it is NULL, anything. */
static bool read_items(unsigned char **at, struct event *event, int depth)
{
    bool is_object = take(at, '{');
    char close = is_object ? '}' : ']';
    if (!is_object && !take(at, '['))
        return false;
    skip_space(at);
    if (take(at, close))
        return true;
    do {
        struct param param = {0};
        skip_space(at);
        if (is_object && !read_key(at, &param.name))
            return false;
        if (!(event ? read_value(at, &param) : skip_value(at, depth)))
            return false;
        if (event)
            event->params[event->count++] = param;
        skip_space(at);
    } while (take(at, ','));
    return take(at, close);
}

static bool is(struct bytes name, const char *word)
{
    return name.size == strlen(word) && memcmp(name.data, word, name.size) == 0;
}

/* Reads a member of the outer object. */
static bool read_member(unsigned char **at, struct event *event)
{
    struct bytes key;
    if (!read_key(at, &key))
        return false;
    if (is(key, "method"))
        return read_string(at, &event->name);
    if (!is(key, "params"))
        return skip_value(at, 0);
    event->count = 0;
    return read_items(at, event, 0);
}

const char *parse_jsonrpc(unsigned char *datagram, size_t size, struct event *event)
{
    unsigned char *at = datagram;
    bool is_good = skip_space(&at) && take(&at, '{');
    event->name.data = NULL;
    event->count = 0;
    do
        is_good = is_good && read_member(&at, event) && skip_space(&at);
    while (is_good && take(&at, ','));
    if (!is_good || !take(&at, '}') || !skip_space(&at) || at != datagram + size)
        return "no JSON, or not that of an event";
    return event->name.data ? NULL : "no method";
}
