#!/usr/bin/env php
<?php
// A listener for OpenSIPS event datagrams, text dialect, with the standard library alone.
//
//     evdg test -- php listener.php
//
// Copy it, keep `parse`, and let `main` do your work instead of printing.

declare(strict_types=1);

const LARGEST = 65536; // more than any UDP datagram

/** Returns the event's name and its parameters, a list of [name or null, value], all bytes. */
function parse(string $datagram): array
{
    if (strlen($datagram) >= LARGEST) {
        throw new UnexpectedValueException('too long'); // no more is read, so it may be cut
    }
    [$name, $body] = explode("\n", $datagram, 2) + ['', null];
    if ($name === '' || $body === null) {
        throw new UnexpectedValueException('no event name');
    }
    $params = [];
    $at = 0;
    while ($at < strlen($body) && substr($body, $at, 2) !== "\n") { // the end, or the end mark
        $lineEnd = $at + strcspn($body, "\n", $at);
        $separator = strpos(substr($body, $at, $lineEnd - $at), '::'); // in this line alone: time stays linear
        $param = null;
        if ($separator > 0) { // a line that starts with :: has no name
            $param = substr($body, $at, $separator);
            $at += $separator + 2;
        }
        $closing = closingQuote($body, $at);
        if ($closing !== null) {
            $value = str_replace('\\"', '"', substr($body, $at + 1, $closing - $at - 1));
            $at = $closing + 2;
        } else {
            $value = substr($body, $at, $lineEnd - $at);
            $at = $lineEnd + 1;
        }
        $params[] = [$param, $value];
    }
    return [$name, $params];
}

/** Returns where the quoted value that starts at $at is closed, or null if there is no quoted value. */
function closingQuote(string $body, int $at): ?int
{
    if (substr($body, $at, 1) !== '"') {
        return null;
    }
    $closing = $at;
    do {
        $closing = strpos($body, '"', $closing + 1);
        if ($closing === false) {
            return null;
        }
    } while ($body[$closing - 1] === '\\');
    return in_array(substr($body, $closing + 1, 1), ['', "\n"], true) ? $closing : null;
}

/** A JSON member: text where the bytes are UTF-8, hex where they are not. */
function field(string $key, string $data): array
{
    $isText = preg_match('//u', $data) === 1;
    return $isText ? [$key => $data] : [$key . '_hex' => bin2hex($data)];
}

/** The line that tells the conformance suite what was read. */
function report(string $name, array $params): array
{
    $items = [];
    foreach ($params as [$param, $value]) {
        $items[] = ($param === null ? [] : field('name', $param)) + field('value', $value);
    }
    return field('event', $name) + ['params' => $items];
}

/** Binds udp:HOST:PORT, udp:[HOST]:PORT or unix:PATH. */
function bind(string $address): Socket
{
    if (preg_match('/^udp:(.*):(\d+)$/', $address, $udp)) {
        $family = $udp[1][0] === '[' ? AF_INET6 : AF_INET;
        $listener = socket_create($family, SOCK_DGRAM, SOL_UDP);
        $bound = socket_bind($listener, trim($udp[1], '[]'), (int) $udp[2]);
    } else {
        $listener = socket_create(AF_UNIX, SOCK_DGRAM, 0);
        $bound = socket_bind($listener, substr($address, strlen('unix:')));
    }
    if (!$bound) {
        exit(1); // PHP has said why
    }
    return $listener;
}

function main(): void
{
    $listener = bind(getenv('EVDG_SOCKET'));
    while (socket_recv($listener, $datagram, LARGEST, 0) !== false) {
        try {
            $line = report(...parse($datagram ?? '')); // an empty one is a datagram, too
        } catch (UnexpectedValueException $error) {
            $line = ['error' => $error->getMessage()];
        }
        echo json_encode($line), "\n";
    }
}

main();
