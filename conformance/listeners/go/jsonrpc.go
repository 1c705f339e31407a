package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
)

// JSON without its commas and colons, which tell nothing more where it is known to be JSON.
var tokens = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|[^\s",:[\]{}]+|[[\]{}]`)

var escapes = regexp.MustCompile(`(?:\\u[[:xdigit:]]{4})+|\\.`)

// parseJSONRPC reads the JSON-RPC dialect, which OpenSIPS 3.1 and later send.
func parseJSONRPC(datagram []byte) (event, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(datagram, &members); err != nil {
		return event{}, err
	}
	method := members["method"]
	if len(method) == 0 || method[0] != '"' {
		return event{}, errors.New("no method")
	}
	params, err := parseParams(members["params"])
	return event{unquote(method), params}, err
}

// parseParams reads them from their tokens: a map would lose names that repeat.
func parseParams(text []byte) ([]param, error) {
	if text == nil {
		return nil, nil
	}
	rest := tokens.FindAll(text, -1)
	isObject := text[0] == '{'
	if !isObject && text[0] != '[' {
		return nil, errors.New("params are neither an object nor an array")
	}
	var params []param
	for rest = rest[1 : len(rest)-1]; len(rest) > 0; rest = rest[1:] {
		var p param
		if isObject {
			p.name = unquote(rest[0])
			rest = rest[1:]
		}
		switch token := rest[0]; {
		case token[0] == '"':
			p.value = unquote(token)
		case string(token) != "null":
			integer, err := strconv.ParseInt(string(token), 10, 64)
			if err != nil {
				return nil, errors.New("a value that is neither a string, an integer nor null")
			}
			p.value = integer
		}
		params = append(params, p)
	}
	return params, nil
}

// unquote returns the bytes of a string. In strings of Go's own, encoding/json would lose those
// that are not UTF-8.
func unquote(token []byte) []byte {
	text := token[1 : len(token)-1]
	if bytes.IndexByte(text, '\\') < 0 {
		return text
	}
	return escapes.ReplaceAllFunc(text, func(escapes []byte) []byte {
		var unescaped string
		if err := json.Unmarshal([]byte(`"`+string(escapes)+`"`), &unescaped); err != nil {
			panic(err) // all of the text is known to be JSON
		}
		return []byte(unescaped)
	})
}
