/* A listener for OpenSIPS event datagrams, with the standard library alone.
 *
 *     cc -std=c11 -Wall -Wextra -Werror -O2 -o listener listener.c text.c jsonrpc.c
 *     evdg test -- ./listener
 *
 * Copy it with event.h and text.c or jsonrpc.c, whichever your OpenSIPS speaks, and let `main` do
 * your work instead of printing.
 */

#define _POSIX_C_SOURCE 200809L

#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "event.h"

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
        const struct param *param = &event->params[i];
        printf(i ? ",{" : "{");
        if (param->name.data) {
            print_field("name", param->name);
            putchar(',');
        }
        if (param->kind == STRING)
            print_field("value", param->string);
        else if (param->kind == INTEGER)
            printf("\"value\":%lld", param->integer);
        else
            printf("\"value\":null");
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
    static unsigned char datagram[LARGEST + 1];
    static struct event event;
    const char *dialect = getenv("EVDG_DIALECT");
    bool is_jsonrpc = dialect && strcmp(dialect, "jsonrpc") == 0;
    const char *address = getenv("EVDG_SOCKET");
    int listener = bind_address(address ? address : "EVDG_SOCKET");
    for (;;) {
        ssize_t size = recv(listener, datagram, LARGEST, 0); /* an empty one is a datagram, too */
        if (size < 0)
            fail("recv");
        datagram[size] = '\0';
        const char *error = size == LARGEST ? "too long" /* no more is read, so it may be cut */
                            : is_jsonrpc    ? parse_jsonrpc(datagram, (size_t)size, &event)
                                            : parse_text(datagram, (size_t)size, &event);
        if (error)
            printf("{\"error\":\"%s\"}\n", error);
        else
            report(&event);
        if (fflush(stdout) == EOF)
            fail("stdout");
    }
}
