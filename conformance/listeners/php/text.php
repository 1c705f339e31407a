<?php
// The text dialect, which OpenSIPS up to 3.0 sends.

declare(strict_types=1);

/** Returns the event's name and its parameters, a list of [name or null, value], all bytes. */
function parse(string $datagram): array
{
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
