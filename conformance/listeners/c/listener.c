/* A listener for OpenSIPS event datagrams, text dialect, with the standard library alone.
 *
 *     cc -std=c11 -Wall -Wextra -Werror -O2 -o listener listener.c
 *     evdg test -- ./listener
 *
 * Copy it, keep `parse`, and let `main` do your work instead of printing.
 */

#define _POSIX_C_SOURCE 200809L

#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { LARGEST = 65536 }; /* more than any UDP datagram */

struct bytes {
    unsigned char *data; /* NULL where there is no name */
    size_t size;
};

struct event {
    struct bytes name;
    size_t count;
    struct {
        struct bytes name, value;
    } params[LARGEST]; /* each takes a byte at least */
};

static struct bytes slice(unsigned char *at, unsigned char *end)
{
    return (struct bytes){at, (size_t)(end - at)};
}

/* Returns where the first :: of the line is, or NULL. */
static unsigned char *separator(unsigned char *at, unsigned char *line_end)
{
    for (; line_end - at >= 2; at++)
        if (at[0] == ':' && at[1] == ':')
            return at;
    return NULL;
}

/* Returns where the quoted value that starts at `at` is closed, or NULL if there is no quoted value. */
static unsigned char *closing_quote(unsigned char *at, unsigned char *end)
{
    if (at == end || *at != '"')
        return NULL;
    do {
        at = memchr(at + 1, '"', end - at - 1);
        if (at == NULL)
            return NULL;
    } while (at[-1] == '\\');
    return at + 1 == end || at[1] == '\n' ? at : NULL;
}

/* Turns \" into ", in place. The byte behind `end` is the closing quote. */
static struct bytes unescape(unsigned char *at, unsigned char *end)
{
    unsigned char *start = at, *to = at;
    while (at < end) {
        if (at[0] == '\\' && at[1] == '"')
            at++;
        *to++ = *at++;
    }
    return slice(start, to);
}

/* Reads the event's name and its parameters, which stay where they are in the datagram. Returns why not, or NULL. */
static const char *parse(unsigned char *datagram, size_t size, struct event *event)
{
    unsigned char *end = datagram + size;
    unsigned char *at = memchr(datagram, '\n', size);
    if (size >= LARGEST)
        return "too long"; /* recv reads no more, so it may be cut */
    if (at == NULL || at == datagram)
        return "no event name";
    event->name = slice(datagram, at);
    event->count = 0;
    at++;
    while (at < end && !(at == end - 1 && *at == '\n')) { /* the end, or the end mark */
        unsigned char *line_feed = memchr(at, '\n', end - at);
        unsigned char *line_end = line_feed ? line_feed : end;
        unsigned char *name_end = separator(at, line_end);
        struct bytes name = {0};
        if (name_end && name_end > at) { /* a line that starts with :: has no name */
            name = slice(at, name_end);
            at = name_end + 2;
        }
        unsigned char *closing = closing_quote(at, end);
        unsigned char *value_end = closing ? closing + 1 : line_end;
        event->params[event->count].name = name;
        event->params[event->count].value = closing ? unescape(at + 1, closing) : slice(at, line_end);
        event->count++;
        at = value_end < end ? value_end + 1 : end;
    }
    return NULL;
}

/* Strictly: no overlong forms, no surrogates, nothing above U+10FFFF. */
static bool is_utf8(struct bytes text)
{
    const unsigned char *at = text.data, *end = at + text.size;
    while (at < end) {
        unsigned char lead = *at++;
        if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4)
            return false;
        unsigned char least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        unsigned char most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        for (int more = (lead >= 0xc2) + (lead >= 0xe0) + (lead >= 0xf0); more > 0; more--, at++) {
            if (at == end || *at < least || *at > most)
                return false;
            least = 0x80;
            most = 0xbf;
        }
    }
    return true;
}

/* A JSON member: text where the bytes are UTF-8, hex where they are not. */
static void print_field(const char *key, struct bytes text)
{
    bool is_text = is_utf8(text);
    printf("\"%s%s\":\"", key, is_text ? "" : "_hex");
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = text.data[i];
        if (!is_text)
            printf("%02x", byte);
        else if (byte < ' ' || byte == '"' || byte == '\\')
            printf("\\u%04x", byte);
        else
            putchar(byte);
    }
    putchar('"');
}

/* The line that tells the conformance suite what was read. */
static void report(const struct event *event)
{
    putchar('{');
    print_field("event", event->name);
    printf(",\"params\":[");
    for (size_t i = 0; i < event->count; i++) {
        printf(i ? ",{" : "{");
        if (event->params[i].name.data) {
            print_field("name", event->params[i].name);
            putchar(',');
        }
        print_field("value", event->params[i].value);
        putchar('}');
    }
    puts("]}");
}

static _Noreturn void fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static int bind_to(const struct sockaddr *place, socklen_t size)
{
    int listener = socket(place->sa_family, SOCK_DGRAM, 0);
    if (listener < 0 || bind(listener, place, size) < 0)
        fail("bind");
    return listener;
}

/* Binds udp:HOST:PORT, udp:[HOST]:PORT or unix:PATH. */
static int bind_address(const char *address)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    if (strncmp(address, "unix:", 5) == 0 && strlen(address + 5) < sizeof local.sun_path) {
        strcpy(local.sun_path, address + 5);
        return bind_to((struct sockaddr *)&local, sizeof local);
    }
    char host[256], port[6];
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *found;
    if ((sscanf(address, "udp:[%255[^]]]:%5[0-9]", host, port) != 2 &&
         sscanf(address, "udp:%255[^:]:%5[0-9]", host, port) != 2) ||
        getaddrinfo(host, port, &hints, &found) != 0) {
        fprintf(stderr, "%s: no such socket\n", address);
        exit(EXIT_FAILURE);
    }
    int listener = bind_to(found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return listener;
}

int main(void)
{
    static unsigned char datagram[LARGEST];
    static struct event event;
    const char *address = getenv("EVDG_SOCKET");
    int listener = bind_address(address ? address : "EVDG_SOCKET");
    for (;;) {
        ssize_t size = recv(listener, datagram, sizeof datagram, 0); /* an empty one is a datagram, too */
        if (size < 0)
            fail("recv");
        const char *error = parse(datagram, (size_t)size, &event);
        if (error)
            printf("{\"error\":\"%s\"}\n", error);
        else
            report(&event);
        if (fflush(stdout) == EOF)
            fail("stdout");
    }
}
