// Command go_baseline is a plain Go collector to compare with where go-trace's own cannot be built.
// It is NOT go-trace: it is what anybody would write from the description of the protocol, with the
// standard library alone. It assembles spans into trees, keeps them, and records nothing.
//
//	go_baseline -socket PATH -spans N
//
// It prints {"event":"ready"} when it listens and {"event":"done","unix_nano":"…"} when N spans have
// ended.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

type event struct {
	Type     int               `json:"type"`
	SpanID   string            `json:"span_id"`
	TraceID  string            `json:"trace_id"`
	ParentID string            `json:"parent_id"`
	Name     string            `json:"name"`
	Kind     int               `json:"kind"`
	Time     time.Time         `json:"time"`
	Attrs    map[string]string `json:"attrs"`
}

type span struct {
	ID, TraceID, ParentID, Name string
	Kind                        int
	StartTime, EndTime          time.Time
	Attrs                       map[string]string
	Children                    []*span
}

type key struct{ traceID, spanID string }

// collector pairs starts with ends. A span joins its parent's children when it ends; a root joins
// its trace.
type collector struct {
	mutex  sync.Mutex
	open   map[key]*span
	traces map[string][]*span
	ended  int
	goal   int
}

func (c *collector) add(e event) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	k := key{e.TraceID, e.SpanID}
	if e.Type == 0 {
		c.open[k] = &span{
			ID: e.SpanID, TraceID: e.TraceID, ParentID: e.ParentID, Name: e.Name, Kind: e.Kind, StartTime: e.Time,
		}
		return
	}
	s := c.open[k]
	if s == nil {
		return
	}
	delete(c.open, k)
	s.EndTime, s.Attrs = e.Time, e.Attrs
	if parent := c.open[key{e.TraceID, s.ParentID}]; parent != nil {
		parent.Children = append(parent.Children, s)
	} else {
		c.traces[s.TraceID] = append(c.traces[s.TraceID], s)
	}
	c.ended++
	if c.ended == c.goal {
		report(map[string]any{"event": "done", "unix_nano": fmt.Sprint(time.Now().UnixNano())})
	}
}

func (c *collector) read(connection net.Conn) {
	defer connection.Close()
	lines := bufio.NewScanner(connection)
	lines.Buffer(make([]byte, 64*1024), 1024*1024)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			c.add(e)
		}
	}
}

func main() {
	socket := flag.String("socket", "", "where to listen")
	spans := flag.Int("spans", 0, "spans after which to print a line")
	flag.Parse()
	listener, err := net.Listen("unix", *socket)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	c := &collector{open: map[key]*span{}, traces: map[string][]*span{}, goal: *spans}
	report(map[string]any{"event": "ready"})
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go c.read(connection)
	}
}

func report(line map[string]any) {
	json.NewEncoder(os.Stdout).Encode(line)
}
