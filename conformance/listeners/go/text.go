package main

import (
	"bytes"
	"errors"
)

// parseText reads the text dialect, which OpenSIPS up to 3.0 sends. The event shares the datagram's memory.
func parseText(datagram []byte) (event, error) {
	name, body, found := bytes.Cut(datagram, []byte("\n"))
	if !found || len(name) == 0 {
		return event{}, errors.New("no event name")
	}
	var params []param
	for len(body) > 0 && string(body) != "\n" { // the end, or the end mark
		line, rest, _ := bytes.Cut(body, []byte("\n"))
		var p param
		if at := bytes.Index(line, []byte("::")); at > 0 { // a line that starts with :: has no name
			p.name, line, body = line[:at], line[at+2:], body[at+2:]
		}
		value := line
		if closing := closingQuote(body); closing > 0 {
			value = bytes.ReplaceAll(body[1:closing], []byte(`\"`), []byte(`"`))
			rest = bytes.TrimPrefix(body[closing+1:], []byte("\n"))
		}
		p.value = value
		params = append(params, p)
		body = rest
	}
	return event{name, params}, nil
}

// closingQuote returns where the quoted value that body starts with is closed, or -1 if there is no quoted value.
func closingQuote(body []byte) int {
	if len(body) == 0 || body[0] != '"' {
		return -1
	}
	closing := 0
	for {
		next := bytes.IndexByte(body[closing+1:], '"')
		if next < 0 {
			return -1
		}
		closing += 1 + next
		if body[closing-1] != '\\' {
			break
		}
	}
	if closing+1 < len(body) && body[closing+1] != '\n' {
		return -1
	}
	return closing
}
