// A listener for OpenSIPS event datagrams, text dialect, with the standard library alone.
//
//	go build -o listener . && evdg test -- ./listener
//
// Copy it, keep parse, and let main do your work instead of printing.
package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log"
	"net"
	"os"
	"strings"
	"unicode/utf8"
)

const largest = 65536 // more than any UDP datagram

type event struct {
	name   []byte
	params []param
}

type param struct {
	name  []byte // nil where there is none
	value []byte
}

// parse returns the event's name and its parameters, which share the datagram's memory.
func parse(datagram []byte) (event, error) {
	if len(datagram) >= largest {
		return event{}, errors.New("too long") // no more is read, so it may be cut
	}
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
		p.value = line
		if closing := closingQuote(body); closing > 0 {
			p.value = bytes.ReplaceAll(body[1:closing], []byte(`\"`), []byte(`"`))
			rest = bytes.TrimPrefix(body[closing+1:], []byte("\n"))
		}
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

// object is a JSON object.
type object map[string]any

// set adds a member: text where the bytes are UTF-8, hex where they are not.
func (o object) set(key string, data []byte) {
	if utf8.Valid(data) {
		o[key] = string(data)
	} else {
		o[key+"_hex"] = hex.EncodeToString(data)
	}
}

// report returns the line that tells the conformance suite what was read.
func report(e event) object {
	items := make([]object, len(e.params))
	for i, p := range e.params {
		items[i] = object{}
		if p.name != nil {
			items[i].set("name", p.name)
		}
		items[i].set("value", p.value)
	}
	line := object{"params": items}
	line.set("event", e.name)
	return line
}

// bind binds udp:HOST:PORT, udp:[HOST]:PORT or unix:PATH.
func bind(address string) (net.PacketConn, error) {
	network, place, _ := strings.Cut(address, ":")
	if network == "unix" {
		network = "unixgram"
	}
	return net.ListenPacket(network, place)
}

func main() {
	listener, err := bind(os.Getenv("EVDG_SOCKET"))
	if err != nil {
		log.Fatal(err)
	}
	datagram := make([]byte, largest)
	stdout := json.NewEncoder(os.Stdout)
	for {
		size, _, err := listener.ReadFrom(datagram) // an empty one is a datagram, too
		if err != nil {
			log.Fatal(err)
		}
		var line object
		if e, err := parse(datagram[:size]); err != nil {
			line = object{"error": err.Error()}
		} else {
			line = report(e)
		}
		if err := stdout.Encode(line); err != nil {
			log.Fatal(err)
		}
	}
}
