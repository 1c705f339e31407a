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
        // In this line alone: time stays linear.
        $separator = strpos(substr($body, $at, $lineEnd - $at), '::');
        $param = null;
        $closing = closingQuote($body, $at);
        if ($closing === null && $separator > 0) { // a line that starts with :: has no name
            $param = substr($body, $at, $separator);
            $at += $separator + 2;
            $closing = closingQuote($body, $at);
        }
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

/**
 * Returns where the quoted value that starts at $at closes, or null if there is none.
 *
 * A quoted value holds a line feed, and its closing quote ends a line. The first quote without a
 * backslash before it closes the value. If that quote cannot, the value ends in a backslash, and
 * the last quote before it that can closes the value.
 */
function closingQuote(string $body, int $at): ?int
{
    $lineFeed = strpos($body, "\n", $at);
    if ($lineFeed === false || $body[$at] !== '"') {
        return null;
    }
    $closing = null;
    for ($quote = strpos($body, '"', $at + 1); $quote !== false; $quote = strpos($body, '"', $quote + 1)) {
        if ($quote > $lineFeed && in_array(substr($body, $quote + 1, 1), ['', "\n"], true)) {
            $closing = $quote;
        }
        if ($body[$quote - 1] !== '\\') {
            break;
        }
    }
    return $closing;
}
