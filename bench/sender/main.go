// Command sender writes go-trace events to a collector's Unix socket as fast as the collector takes
// them. The bytes are made before the first is written, so that what is measured is the collector.
//
//	sender -socket PATH -spans N [-open]
//
// It prints one JSON line: spans, bytes, and when writing began and ended.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"time"
)

// event is what goes over the wire, in the order in which go-trace's clients write it.
type event struct {
	Type     int               `json:"type"`
	SpanID   string            `json:"span_id"`
	TraceID  string            `json:"trace_id"`
	ParentID string            `json:"parent_id,omitzero"`
	Name     string            `json:"name"`
	Kind     int               `json:"kind"`
	Time     time.Time         `json:"time"`
	Attrs    map[string]string `json:"attrs,omitzero"`
}

const (
	blockSpans  = 50_000 // spans in one prepared block
	maxPrepared = 20     // blocks prepared before writing begins; longer runs prepare them again
	idDigits    = 16
	blockDigits = 8 // the first digits of each id number the block
)

// block is a run of whole traces as bytes, and where in them the ids are.
type block struct {
	bytes []byte
	ids   []int
}

func main() {
	socket := flag.String("socket", "", "the collector's socket")
	spans := flag.Int("spans", 1_000_000, "spans to send, a multiple of 50,000")
	open := flag.Bool("open", false, "send starts only")
	flag.Parse()

	first := makeBlock(*open)
	count := *spans / blockSpans
	prepared := make([]block, min(count, maxPrepared))
	for i := range prepared {
		prepared[i] = block{bytes: append([]byte(nil), first.bytes...), ids: first.ids}
		prepared[i].number(i)
	}

	connection, err := net.Dial("unix", *socket)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	total := 0
	began := time.Now()
	for i := range count {
		b := &prepared[i%len(prepared)]
		if i >= len(prepared) {
			b.number(i)
		}
		n, err := connection.Write(b.bytes)
		total += n
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	ended := time.Now()
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"spans": count * blockSpans, "bytes": total,
		"began_unix_nano": fmt.Sprint(began.UnixNano()), "ended_unix_nano": fmt.Sprint(ended.UnixNano()),
	})
	// The collector may take the end of the connection for the end of the program's spans.
	connection.Close()
}

// number gives every id of the block the block's number, so that ids differ between blocks.
func (b *block) number(n int) {
	digits := fmt.Sprintf("%0*x", blockDigits, n)
	for _, at := range b.ids {
		copy(b.bytes[at:], digits)
	}
}

// makeBlock writes traces of ten nested spans: a request, functions in it, and queries in those.
func makeBlock(open bool) block {
	var b block
	at := time.Date(2026, 3, 11, 19, 0, 0, 123456789, time.FixedZone("", 9*3600))
	id := 0
	next := func() string {
		id++
		return fmt.Sprintf("%0*x%0*x", blockDigits, 0, idDigits-blockDigits, id)
	}
	write := func(e event) {
		e.Time = at
		at = at.Add(1234567 * time.Nanosecond)
		line, err := json.Marshal(e)
		if err != nil {
			panic(err)
		}
		// The ids are in the first fields, always in the same order and of the same length.
		offset := len(b.bytes)
		for i, from := range idOffsets(line) {
			if i < 2 || e.ParentID != "" {
				b.ids = append(b.ids, offset+from)
			}
		}
		b.bytes = append(append(b.bytes, line...), '\n')
	}
	for range blockSpans / 10 {
		trace := next()
		parents := []string{""}
		var ends []event
		start := func(name string, kind int, attrs map[string]string) {
			e := event{SpanID: next(), TraceID: trace, ParentID: parents[len(parents)-1], Name: name, Kind: kind}
			write(e)
			parents = append(parents, e.SpanID)
			ends = append(ends, event{Type: 1, SpanID: e.SpanID, TraceID: trace, Attrs: attrs})
		}
		end := func() {
			if !open {
				write(ends[len(ends)-1])
			}
			ends, parents = ends[:len(ends)-1], parents[:len(parents)-1]
		}
		start("GET /users/{id}/orders", 1, map[string]string{"method": "GET", "path": "/users/{id}/orders", "status": "200"})
		start("OrderHandler.List", 0, nil)
		start("UserService.Get", 0, nil)
		start("SQL Query", 2, map[string]string{"query": "SELECT id, name, email FROM users WHERE id = $1"})
		end()
		end()
		start("OrderService.ListByUser", 0, nil)
		start("OrderRepository.ListByUser", 0, nil)
		start("SQL Query", 2, map[string]string{"query": "SELECT id, user_id, total, created_at FROM orders WHERE user_id = $1 ORDER BY created_at DESC LIMIT 50"})
		end()
		start("SQL Query", 2, map[string]string{"query": "SELECT order_id, sku, quantity FROM order_items WHERE order_id IN ($1, $2, $3)"})
		end()
		end()
		start("PriceService.Total", 0, nil)
		end()
		end()
		start("OrderHandler.render", 0, nil)
		end()
		end()
		end()
	}
	return b
}

// idOffsets tells where the span id, trace id and parent id of a line begin.
func idOffsets(line []byte) [3]int {
	span := len(`{"type":0,"span_id":"`)
	trace := span + idDigits + len(`","trace_id":"`)
	return [3]int{span, trace, trace + idDigits + len(`","parent_id":"`)}
}
