// Command veneur_peer lets veneur's own packages read and write what goes over the wire.
//
//	veneur_peer echo      decodes the frames on stdin and encodes them again on stdout
//	veneur_peer contexts  extracts the contexts in the JSON on stdin, and injects one of its own
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/opentracing/opentracing-go"
	"github.com/stripe/veneur/v14/protocol"
	"github.com/stripe/veneur/v14/trace"
)

// carriers holds a context in each of veneur's formats; bytes are base64 in JSON.
type carriers struct {
	Binary  []byte              `json:"binary"`
	TextMap map[string]string   `json:"text_map"`
	Headers []map[string]string `json:"http_headers"`
}

// answer says what the contexts are that were extracted, and how one looks that was injected.
type answer struct {
	Extracted []map[string]string `json:"extracted"`
	// Own is the context that was injected.
	Own      map[string]string `json:"own"`
	Injected carriers          `json:"injected"`
}

func main() {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "echo":
		echo()
	case len(os.Args) == 2 && os.Args[1] == "contexts":
		contexts()
	default:
		check(fmt.Errorf("usage: veneur_peer echo|contexts"))
	}
}

func echo() {
	for {
		span, err := protocol.ReadSSF(os.Stdin)
		if err == io.EOF {
			return
		}
		check(err)
		_, err = protocol.WriteSSF(os.Stdout, span)
		check(err)
	}
}

func contexts() {
	var given carriers
	check(json.NewDecoder(os.Stdin).Decode(&given))
	var result answer
	tracer := trace.GlobalTracer
	extract := func(format, carrier interface{}) {
		context, err := tracer.Extract(format, carrier)
		if err != nil {
			result.Extracted = append(result.Extracted, map[string]string{"error": err.Error()})
			return
		}
		result.Extracted = append(result.Extracted, items(context))
	}
	extract(opentracing.Binary, bytes.NewReader(given.Binary))
	extract(opentracing.TextMap, opentracing.TextMapCarrier(given.TextMap))
	for _, headers := range given.Headers {
		extract(opentracing.HTTPHeaders, carrierOf(headers))
	}

	parent := trace.StartTrace("order")
	span := trace.Span{Trace: trace.StartChildSpan(parent)}
	result.Own = items(span.Context())
	var binary bytes.Buffer
	check(tracer.Inject(span.Context(), opentracing.Binary, &binary))
	result.Injected.Binary = binary.Bytes()
	result.Injected.TextMap = map[string]string{}
	check(tracer.Inject(span.Context(), opentracing.TextMap, opentracing.TextMapCarrier(result.Injected.TextMap)))
	headers := http.Header{}
	check(tracer.InjectHeader(span.Trace, headers))
	flat := map[string]string{}
	for name := range headers {
		flat[name] = headers.Get(name)
	}
	result.Injected.Headers = []map[string]string{flat}
	check(json.NewEncoder(os.Stdout).Encode(result))
}

func carrierOf(headers map[string]string) opentracing.HTTPHeadersCarrier {
	carrier := opentracing.HTTPHeadersCarrier{}
	for name, value := range headers {
		carrier.Set(name, value)
	}
	return carrier
}

// items is what a context carries, which is all that it shows of itself.
func items(context opentracing.SpanContext) map[string]string {
	all := map[string]string{}
	context.ForeachBaggageItem(func(key, value string) bool {
		all[key] = value
		return true
	})
	return all
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
