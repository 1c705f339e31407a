// A listener for OpenSIPS event datagrams, with the standard library alone.
//
//	go build -o listener . && evdg test -- ./listener
//
// Copy it with text.go or jsonrpc.go, whichever your OpenSIPS speaks, and let main do your work
// instead of printing.
package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"log"
	"net"
	"os"
	"strings"
	"unicode/utf8"
)

const largest = 262144 // more than OpenSIPS sends over any socket

type event struct {
	name   []byte
	params []param
}

type param struct {
	name  []byte // nil where there is none
	value any    // []byte; in JSON-RPC int64 or nil, too
}

// object is a JSON object.
type object map[string]any

// set adds a member: text where the bytes are UTF-8, hex where they are not. An int64 or nil stays
// what it is.
func (o object) set(key string, data any) {
	if text, ok := data.([]byte); !ok {
		o[key] = data
	} else if utf8.Valid(text) {
		o[key] = string(text)
	} else {
		o[key+"_hex"] = hex.EncodeToString(text)
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
	parse := parseText
	if os.Getenv("EVDG_DIALECT") == "jsonrpc" {
		parse = parseJSONRPC
	}
	datagram := make([]byte, largest)
	stdout := json.NewEncoder(os.Stdout)
	for {
		size, _, err := listener.ReadFrom(datagram) // an empty one is a datagram, too
		if err != nil {
			log.Fatal(err)
		}
		var e event
		if size == largest {
			err = errors.New("too long") // no more is read, so it may be cut
		} else {
			e, err = parse(datagram[:size])
		}
		line := report(e)
		if err != nil {
			line = object{"error": err.Error()}
		}
		if err := stdout.Encode(line); err != nil {
			log.Fatal(err)
		}
	}
}
