package parser

import "testing"

// strict lets departures from requirements of level should fail, too.
const strict = false

func check(t *testing.T, dialect Dialect, datagram []byte) {
	event, err := Parse(datagram)
	if err != nil {
		event = nil
	}
	departure := Admits(dialect, datagram, event)
	if departure != nil && (strict || !departure.Advised) {
		t.Errorf("datagram %q: not admissible: %s", datagram, departure.Why)
	}
}

// FuzzText mutates datagrams; its seeds are in testdata/fuzz/FuzzText.
func FuzzText(f *testing.F) {
	f.Fuzz(func(t *testing.T, datagram []byte) { check(t, Text, datagram) })
}

// FuzzGenerated lets the oracle make datagrams of the engine's bytes.
func FuzzGenerated(f *testing.F) {
	f.Fuzz(func(t *testing.T, choices []byte) { check(t, Text, Generate(Text, choices)) })
}
