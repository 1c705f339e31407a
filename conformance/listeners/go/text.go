package main

import (
	"bytes"
	"errors"
)

// parseText reads the text dialect, which OpenSIPS up to 3.0 sends. The event shares the datagram's
// memory.
func parseText(datagram []byte) (event, error) {
	name, body, found := bytes.Cut(datagram, []byte("\n"))
	if !found || len(name) == 0 {
		return event{}, errors.New("no event name")
	}
	var params []param
	for len(body) > 0 && string(body) != "\n" { // the end, or the end mark
		line, rest, _ := bytes.Cut(body, []byte("\n"))
		var p param
		closing := closingQuote(body)
		if at := bytes.Index(line, []byte("::")); closing < 0 && at > 0 { // :: at the start: no name
			p.name, line, body = line[:at], line[at+2:], body[at+2:]
			closing = closingQuote(body)
		}
		value := line
		if closing > 0 {
			value = bytes.ReplaceAll(body[1:closing], []byte(`\"`), []byte(`"`))
			rest = bytes.TrimPrefix(body[closing+1:], []byte("\n"))
		}
		p.value = value
		params = append(params, p)
		body = rest
	}
	return event{name, params}, nil
}

// closingQuote returns where the quoted value that body starts with closes, or -1 if there is none.
//
// A quoted value holds a line feed, and its closing quote ends a line. The first quote without a
// backslash before it closes the value. If that quote cannot, the value ends in a backslash, and
// the last quote before it that can closes the value.
func closingQuote(body []byte) int {
	lineFeed := bytes.IndexByte(body, '\n')
	if lineFeed < 0 || body[0] != '"' {
		return -1
	}
	closing := -1
	for at := 1; ; at++ {
		next := bytes.IndexByte(body[at:], '"')
		if next < 0 {
			return closing
		}
		at += next
		if at > lineFeed && (at+1 == len(body) || body[at+1] == '\n') {
			closing = at
		}
		if body[at-1] != '\\' {
			return closing
		}
	}
}
