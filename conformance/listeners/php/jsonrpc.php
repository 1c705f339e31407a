<?php
// The JSON-RPC dialect, which OpenSIPS 3.1 and later send.

declare(strict_types=1);

// JSON without its commas and colons, which tell nothing more where it is known to be JSON.
const TOKENS = '/"(?:[^"\\\\]++|\\\\.)*+"|[^\s",:[\]{}]++|[[\]{}]/';

/**
 * Returns the event's name and its parameters, a list of [name or null, value]: bytes, and values
 * also int or null.
 */
function parse(string $datagram): array
{
    // Throws if it is no JSON. What it returns has lost names that repeat, and bytes that are not
    // UTF-8.
    json_decode($datagram, true, flags: JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_IGNORE);
    preg_match_all(TOKENS, $datagram, $tokens);
    $call = value(new ArrayIterator($tokens[0]));
    if (!is_array($call)) {
        throw new UnexpectedValueException('no object');
    }
    $members = array_column($call, 1, 0);
    $method = $members['method'] ?? null;
    if (!is_string($method)) {
        throw new UnexpectedValueException('no method');
    }
    $params = $members['params'] ?? [];
    if (!is_array($params)) {
        throw new UnexpectedValueException('params are neither an object nor an array');
    }
    foreach ($params as [, $value]) {
        if (!is_string($value) && !is_int($value) && $value !== null) {
            throw new UnexpectedValueException('a value that is neither a string, an integer nor null');
        }
    }
    return [$method, $params];
}

/**
 * Takes the next value from the tokens: an object or array as a list of [name or null, value];
 * false for what no event holds.
 */
function value(ArrayIterator $tokens): mixed
{
    $token = $tokens->current();
    $tokens->next();
    if ($token === '{' || $token === '[') {
        $items = [];
        while ($tokens->current() !== '}' && $tokens->current() !== ']') {
            $items[] = [$token === '{' ? value($tokens) : null, value($tokens)];
        }
        $tokens->next();
        return $items;
    }
    if ($token[0] === '"') {
        $unescape = fn(array $escapes) => json_decode("\"$escapes[0]\"", flags: JSON_THROW_ON_ERROR);
        return preg_replace_callback('/(?:\\\\u[0-9a-f]{4})++|\\\\./i', $unescape, substr($token, 1, -1));
    }
    return $token === 'null' ? null : filter_var($token, FILTER_VALIDATE_INT);
}
