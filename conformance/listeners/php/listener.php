#!/usr/bin/env php
<?php
// A listener for OpenSIPS event datagrams, with the standard library alone.
//
//     evdg test -- php listener.php
//
// Copy it beside text.php or jsonrpc.php, whichever your OpenSIPS speaks, and let `main` do your
// work instead of printing.

declare(strict_types=1);

require __DIR__ . (getenv('EVDG_DIALECT') === 'jsonrpc' ? '/jsonrpc.php' : '/text.php');

const LARGEST = 262144; // more than OpenSIPS sends over any socket

/**
 * A JSON member: text where the bytes are UTF-8, hex where they are not. An integer or null stays
 * what it is.
 */
function field(string $key, string|int|null $data): array
{
    $isHex = is_string($data) && preg_match('//u', $data) !== 1;
    return $isHex ? [$key . '_hex' => bin2hex($data)] : [$key => $data];
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
        $datagram ??= ''; // an empty one is a datagram, too
        try {
            if (strlen($datagram) === LARGEST) {
                throw new UnexpectedValueException('too long'); // no more is read, so it may be cut
            }
            $line = report(...parse($datagram));
        } catch (Exception $error) {
            $line = ['error' => $error->getMessage()];
        }
        echo json_encode($line), "\n";
    }
}

main();
