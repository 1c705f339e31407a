package parser

// #cgo CFLAGS: -I${SRCDIR}/oracle
// #cgo LDFLAGS: ${SRCDIR}/oracle/target/release/libevent_datagram_oracle.a -lm -ldl -lpthread
// #include <stdlib.h>
// #include "event_datagram_oracle.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// Dialect is a dialect of the oracle.
type Dialect uint32

// The dialects.
const (
	Text    Dialect = C.EVDG_TEXT
	JSONRPC Dialect = C.EVDG_JSONRPC
)

// Departure says why a reading is not admissible.
type Departure struct {
	// Advised is set if requirements of level should alone ask for another reading.
	Advised bool
	Why     string
}

// arena holds what C reads: C must not keep pointers to memory of Go.
type arena []unsafe.Pointer

func (memory *arena) bytes(data []byte) C.evdg_bytes {
	copied := C.CBytes(data)
	*memory = append(*memory, copied)
	return C.evdg_bytes{data: (*C.uint8_t)(copied), size: C.size_t(len(data))}
}

func (memory arena) free() {
	for _, pointer := range memory {
		C.free(pointer)
	}
}

// Admits returns nil if an event is an admissible reading of a datagram; nil stands for a
// rejection.
func Admits(dialect Dialect, datagram []byte, event *Event) *Departure {
	var memory arena
	defer func() { memory.free() }()
	var reading *C.evdg_event
	if event != nil {
		count := len(event.Parameters)
		list := C.calloc(C.size_t(count+1), C.sizeof_evdg_param)
		reading = (*C.evdg_event)(C.calloc(1, C.sizeof_evdg_event))
		memory = append(memory, list, unsafe.Pointer(reading))
		params := unsafe.Slice((*C.evdg_param)(list), count+1)
		for i, parameter := range event.Parameters {
			if parameter.Name != nil {
				params[i].has_name = 1
				params[i].name = memory.bytes(parameter.Name)
			}
			params[i].kind = C.EVDG_BYTES
			params[i].bytes = memory.bytes(parameter.Value)
		}
		reading.name = memory.bytes(event.Name)
		reading.params = (*C.evdg_param)(list)
		reading.param_count = C.size_t(count)
	}
	sent := memory.bytes(datagram)
	answer := C.evdg_admits(C.uint32_t(dialect), sent, reading, nil)
	if answer == C.EVDG_ADMISSIBLE {
		return nil
	}
	const capacity = 1 << 16
	why := (*C.evdg_buffer)(C.calloc(1, C.sizeof_evdg_buffer))
	why.data = (*C.uint8_t)(C.malloc(capacity))
	why.capacity = capacity
	memory = append(memory, unsafe.Pointer(why), unsafe.Pointer(why.data))
	if again := C.evdg_admits(C.uint32_t(dialect), sent, reading, why); again < 0 {
		return &Departure{Why: fmt.Sprintf("the oracle failed: code %d", again)}
	}
	size := why.size
	if size > capacity {
		size = capacity
	}
	text := C.GoStringN((*C.char)(unsafe.Pointer(why.data)), C.int(size))
	return &Departure{Advised: answer == C.EVDG_ADVISED_AGAINST, Why: text}
}

// Generate makes a datagram on which parsers fail of the choices of a fuzzing engine.
func Generate(dialect Dialect, choices []byte) []byte {
	var memory arena
	defer func() { memory.free() }()
	const capacity = 1 << 16
	buffer := (*C.evdg_buffer)(C.calloc(1, C.sizeof_evdg_buffer))
	buffer.data = (*C.uint8_t)(C.malloc(capacity))
	buffer.capacity = capacity
	memory = append(memory, unsafe.Pointer(buffer), unsafe.Pointer(buffer.data))
	C.evdg_generate(C.uint32_t(dialect), memory.bytes(choices), buffer)
	size := buffer.size
	if size > capacity {
		size = capacity
	}
	return C.GoBytes(unsafe.Pointer(buffer.data), C.int(size))
}
