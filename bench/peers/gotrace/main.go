// Command gotrace_peer runs go-trace's own Collector, from its published module, to compare with.
//
//	gotrace_peer -socket PATH -spans N
//
// It prints {"event":"ready"} when it listens and {"event":"done","unix_nano":"…"} when N spans have
// ended.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/mickamy/go-trace/tracer"
)

func main() {
	socket := flag.String("socket", "", "where to listen")
	spans := flag.Int64("spans", 0, "spans after which to print a line")
	flag.Parse()
	ctx := context.Background()
	collector := tracer.NewCollector(*socket)
	var ended atomic.Int64
	collector.OnSpanComplete(func(string, tracer.Span) {
		if ended.Add(1) == *spans {
			report(map[string]any{"event": "done", "unix_nano": fmt.Sprint(time.Now().UnixNano())})
		}
	})
	if err := collector.Listen(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	report(map[string]any{"event": "ready"})
	if err := collector.Serve(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func report(line map[string]any) {
	json.NewEncoder(os.Stdout).Encode(line)
}
