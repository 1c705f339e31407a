// Package parser is an example: a parser of the text dialect with a planted bug. Put your own in
// its place.
package parser

import (
	"bytes"
	"errors"
)

// Event is what a datagram says.
type Event struct {
	Name       []byte
	Parameters []Parameter
}

// Parameter is one parameter of an event. Name is nil if it has none.
type Parameter struct {
	Name  []byte
	Value []byte
}

// Parse parses a datagram of the text dialect.
func Parse(datagram []byte) (*Event, error) {
	end := bytes.IndexByte(datagram, '\n')
	if end <= 0 {
		return nil, errors.New("no event name")
	}
	event := &Event{Name: datagram[:end]}
	rest := datagram[end+1:]
	for len(rest) > 0 && !bytes.Equal(rest, []byte("\n")) { // the end, or the end mark
		line := rest
		if end := bytes.IndexByte(rest, '\n'); end >= 0 {
			line = rest[:end]
		}
		var name []byte
		start := 0
		closing := closingQuote(rest)
		if separator := bytes.Index(line, []byte("::")); closing < 0 && separator > 0 {
			name = line[:separator]
			start = separator + 2
			closing = closingQuote(rest[start:])
		}
		value, length := line[start:], len(line)
		if closing >= 0 {
			value, length = unescape(rest[start+1:start+closing]), start+closing+1
		}
		event.Parameters = append(event.Parameters, Parameter{Name: name, Value: value})
		if length == len(rest) {
			break
		}
		rest = rest[length+1:]
	}
	return event, nil
}

// closingQuote returns where the quoted value at the start of text closes, or -1 if there is none:
// a quoted value holds a line feed, and its closing quote ends a line.
func closingQuote(text []byte) int {
	lineFeed := bytes.IndexByte(text, '\n')
	if lineFeed < 0 || text[0] != '"' {
		return -1
	}
	closing := -1
	for at := 1; at < len(text); at++ {
		if text[at] != '"' {
			continue
		}
		if at > lineFeed && (at+1 == len(text) || text[at+1] == '\n') {
			closing = at
		}
		if text[at-1] != '\\' {
			break
		}
	}
	return closing
}

// unescape removes the escapes of a quoted value.
func unescape(text []byte) []byte {
	value := make([]byte, 0, len(text))
	for at := 0; at < len(text); at++ {
		// The planted bug: only the backslash of \" is an escape. Correct is
		// text[at] == '\\' && at+1 < len(text) && text[at+1] == '"'
		if text[at] == '\\' && at+1 < len(text) {
			at++
		}
		value = append(value, text[at])
	}
	return value
}
