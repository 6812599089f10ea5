// Command go_client speaks go-trace's protocol with Go's own JSON encoder, whose escapes, times and
// omitted fields are what real programs send.
//
//	go_client send SOCKET    sends two traces that hold everything that is awkward
//	go_client probe SOCKET   sends one span named "probe"
//	go_client read SOCKET    prints each span that a view server sends, decoded and encoded again
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"time"
)

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

type span struct {
	ID        string            `json:"id"`
	TraceID   string            `json:"trace_id"`
	ParentID  string            `json:"parent_id,omitzero"`
	Name      string            `json:"name"`
	Kind      int               `json:"kind"`
	StartTime time.Time         `json:"start_time"`
	EndTime   time.Time         `json:"end_time"`
	Attrs     map[string]string `json:"attrs,omitzero"`
	Children  []span            `json:"children,omitzero"`
}

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: go_client send|probe|read SOCKET"))
	}
	connection, err := net.Dial("unix", os.Args[2])
	fail(err)
	defer connection.Close()
	switch os.Args[1] {
	case "send":
		send(connection, awkwardEvents())
	case "probe":
		now := time.Now()
		send(connection, []event{
			{SpanID: "p", TraceID: fmt.Sprint("probe-", os.Getpid()), Name: "probe", Time: now},
			{Type: 1, SpanID: "p", TraceID: fmt.Sprint("probe-", os.Getpid()), Time: now},
		})
	case "read":
		read(connection)
	}
}

func awkwardEvents() []event {
	tokyo := time.FixedZone("", 9*3600)
	at := func(nanos int, zone *time.Location) time.Time {
		return time.Date(2026, 3, 11, 10, 0, 0, nanos, time.UTC).In(zone)
	}
	const name = "GET /größe/日本?a=1&b=<2> \u2028 \U0001F680"
	return []event{
		{SpanID: "a1", TraceID: "t1", Name: name, Kind: 1, Time: at(123456789, tokyo)},
		{SpanID: "a2", TraceID: "t1", ParentID: "a1", Name: "Bad \xff\xfe UTF-8", Kind: 0, Time: at(123456790, time.UTC)},
		{SpanID: "a3", TraceID: "t1", ParentID: "a2", Name: "SQL Query", Kind: 2, Time: at(200000000, time.UTC)},
		{Type: 1, SpanID: "a3", TraceID: "t1", Time: at(210000000, time.UTC), Attrs: map[string]string{
			"query": "SELECT \"x\"\n\tFROM `t` WHERE a < 1 AND b = 'O''Brien' -- \\ \u0001 \u2029",
			"error": "bad byte \xc3(", "__proto__": "plain", "": "empty key",
		}},
		{Type: 1, SpanID: "a2", TraceID: "t1", Time: at(220000001, tokyo)},
		{Type: 1, SpanID: "a1", TraceID: "t1", Time: at(999999999, tokyo), Attrs: map[string]string{
			"method": "GET", "path": "/größe/日本?a=1&b=<2>", "status": "200",
		}},
		{SpanID: "b1", TraceID: "t2", Name: "whole second", Kind: 7, Time: at(0, time.UTC)},
		{Type: 1, SpanID: "b1", TraceID: "t2", Time: at(1000000000, tokyo)},
	}
}

func send(connection net.Conn, events []event) {
	encoder := json.NewEncoder(connection)
	for _, e := range events {
		fail(encoder.Encode(e))
	}
}

func read(connection net.Conn) {
	decoder := json.NewDecoder(connection)
	encoder := json.NewEncoder(os.Stdout)
	fmt.Println(`{"event":"ready"}`)
	for decoder.More() {
		var s span
		fail(decoder.Decode(&s))
		fail(encoder.Encode(s))
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
