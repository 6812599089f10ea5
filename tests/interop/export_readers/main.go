// Command export_readers reads exported files with the types of the programs that they are for, and prints what
// it found as a line of JSON.
//
//	export_readers otlp-jsonl|otlp-json|otlp-proto|jaeger <FILE
//
// The Collector's file receiver is made of the same unmarshalers.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	jaeger "github.com/jaegertracing/jaeger/model/json"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

type found struct {
	Spans    int      `json:"spans"`
	Names    []string `json:"names"`
	Services []string `json:"services"`
	// Duration is the sum of all spans, in nanoseconds.
	Duration uint64 `json:"duration"`
}

func main() {
	if len(os.Args) != 2 {
		check(fmt.Errorf("usage: export_readers FORMAT"))
	}
	var result found
	if os.Args[1] == "jaeger" {
		readJaeger(&result)
	} else {
		readOtlp(os.Args[1], &result)
	}
	check(json.NewEncoder(os.Stdout).Encode(result))
}

func readOtlp(format string, result *found) {
	if format == "otlp-jsonl" {
		lines := bufio.NewScanner(os.Stdin)
		lines.Buffer(nil, 64<<20)
		for lines.Scan() {
			traces, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(lines.Bytes())
			check(err)
			add(traces, result)
		}
		check(lines.Err())
		return
	}
	data, err := io.ReadAll(os.Stdin)
	check(err)
	var unmarshaler ptrace.Unmarshaler = &ptrace.ProtoUnmarshaler{}
	if format == "otlp-json" {
		unmarshaler = &ptrace.JSONUnmarshaler{}
	}
	traces, err := unmarshaler.UnmarshalTraces(data)
	check(err)
	add(traces, result)
}

func add(traces ptrace.Traces, result *found) {
	for _, group := range traces.ResourceSpans().All() {
		service := ""
		if value, ok := group.Resource().Attributes().Get("service.name"); ok {
			service = value.AsString()
		}
		for _, scope := range group.ScopeSpans().All() {
			for _, span := range scope.Spans().All() {
				result.Spans++
				result.Names = append(result.Names, span.Name())
				result.Services = append(result.Services, service)
				result.Duration += uint64(span.EndTimestamp() - span.StartTimestamp())
			}
		}
	}
}

func readJaeger(result *found) {
	var answer struct {
		Data   []jaeger.Trace `json:"data"`
		Total  int            `json:"total"`
		Limit  int            `json:"limit"`
		Offset int            `json:"offset"`
		Errors []any          `json:"errors"`
	}
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	check(decoder.Decode(&answer))
	for _, trace := range answer.Data {
		for _, span := range trace.Spans {
			if span.TraceID != trace.TraceID {
				check(fmt.Errorf("span of %s in %s", span.TraceID, trace.TraceID))
			}
			result.Spans++
			result.Names = append(result.Names, span.OperationName)
			result.Services = append(result.Services, trace.Processes[span.ProcessID].ServiceName)
			result.Duration += span.Duration * 1000
		}
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
