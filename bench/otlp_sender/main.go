// Command otlp_sender sends OTLP protobuf to a collector as fast as the collector answers, over several
// connections, each with one request at a time. The requests are encoded before the first is sent; only
// the ids in them change, so that what is measured is the collector.
//
//	otlp_sender -protocol http|grpc -address HOST:PORT -spans N [-connections N]
//
// It prints one JSON line: spans, bytes, and when sending began and ended.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
)

const (
	tracesInRequest = 50
	spansInTrace    = 10
	spansInRequest  = tracesInRequest * spansInTrace // about what SDKs send at once
	method          = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
)

func main() {
	protocol := flag.String("protocol", "http", "http or grpc")
	address := flag.String("address", "", "the collector's host and port")
	spans := flag.Int("spans", 1_000_000, "spans to send, a multiple of 500")
	connections := flag.Int("connections", 4, "connections at once")
	flag.Parse()

	body, ids := encodeRequest()
	var next atomic.Int64
	var sent atomic.Int64
	count := int64(*spans / spansInRequest)
	senders := make([]sender, *connections)
	for i := range senders {
		senders[i] = open(*protocol, *address)
	}
	var group sync.WaitGroup
	began := time.Now()
	for _, each := range senders {
		group.Go(func() {
			request := bytes.Clone(body)
			for number := next.Add(1); number <= count; number = next.Add(1) {
				for _, at := range ids {
					binary.BigEndian.PutUint32(request[at:], uint32(number))
				}
				check(each.send(request))
				sent.Add(int64(len(request)))
			}
		})
	}
	group.Wait()
	ended := time.Now()
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"spans": count * spansInRequest, "bytes": sent.Load(),
		"began_unix_nano": fmt.Sprint(began.UnixNano()), "ended_unix_nano": fmt.Sprint(ended.UnixNano()),
	}))
}

// sender is one connection.
type sender interface{ send(request []byte) error }

func open(protocol, address string) sender {
	if protocol == "grpc" {
		connection, err := grpc.NewClient("passthrough:///"+address,
			grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithDefaultCallOptions(grpc.ForceCodecV2(rawCodec{})))
		check(err)
		return grpcSender{connection}
	}
	connection, err := net.Dial("tcp", address)
	check(err)
	return &httpSender{connection: connection, answers: bufio.NewReader(connection), address: address}
}

// httpSender writes requests by hand: net/http would cost as much as the collector's own HTTP.
type httpSender struct {
	connection net.Conn
	answers    *bufio.Reader
	address    string
}

func (s *httpSender) send(request []byte) error {
	head := fmt.Appendf(nil, "POST /v1/traces HTTP/1.1\r\nHost: %s\r\n"+
		"Content-Type: application/x-protobuf\r\nContent-Length: %d\r\n\r\n", s.address, len(request))
	buffers := net.Buffers{head, request}
	if _, err := buffers.WriteTo(s.connection); err != nil {
		return err
	}
	answer, err := http.ReadResponse(s.answers, nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != 200 {
		err = fmt.Errorf("the answer was %s, %q", answer.Status, said)
	}
	if err != nil {
		return err
	}
	return readAnswer(said)
}

type grpcSender struct{ connection *grpc.ClientConn }

func (s grpcSender) send(request []byte) error {
	var said []byte
	if err := s.connection.Invoke(context.Background(), method, &request, &said); err != nil {
		return err
	}
	return readAnswer(said)
}

// readAnswer fails when not all spans were taken.
func readAnswer(said []byte) error {
	if len(said) == 0 {
		return nil
	}
	var response collector.ExportTraceServiceResponse
	if err := proto.Unmarshal(said, &response); err != nil {
		return err
	}
	if rejected := response.GetPartialSuccess().GetRejectedSpans(); rejected > 0 {
		return fmt.Errorf("%d spans were rejected", rejected)
	}
	return nil
}

// rawCodec leaves messages as the bytes they are.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(message any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(*message.(*[]byte))}, nil
}

func (rawCodec) Unmarshal(data mem.BufferSlice, message any) error {
	*message.(*[]byte) = data.Materialize()
	return nil
}

// encodeRequest makes a request of whole traces, and tells where in it the numbers of its ids are.
func encodeRequest() ([]byte, []int) {
	mark := []byte{0xfa, 0xce, 0xb0, 0x0c}
	at := uint64(time.Date(2026, 3, 11, 19, 0, 0, 123456789, time.UTC).UnixNano())
	var spans []*trace.Span
	number := uint32(0)
	id := func(length int) []byte {
		number++
		made := bytes.Clone(mark)
		for len(made) < length {
			made = binary.BigEndian.AppendUint32(made, number)
		}
		return made
	}
	for range tracesInRequest {
		traceID := id(16)
		var parent []byte
		for index := range spansInTrace {
			span := &trace.Span{
				TraceId:           traceID,
				SpanId:            id(8),
				ParentSpanId:      parent,
				Flags:             0x101,
				StartTimeUnixNano: at,
				EndTimeUnixNano:   at + 12_345_678,
			}
			at += 1_234_567
			describe(span, index)
			spans = append(spans, span)
			if index%3 == 0 {
				parent = span.SpanId
			}
		}
	}
	body, err := proto.Marshal(&collector.ExportTraceServiceRequest{ResourceSpans: []*trace.ResourceSpans{{
		Resource: &resource.Resource{Attributes: []*common.KeyValue{
			text("service.name", "shop"),
			text("service.version", "1.2.3"),
			text("telemetry.sdk.name", "opentelemetry"),
			text("telemetry.sdk.language", "go"),
			text("host.name", "bench"),
			whole("process.pid", 4711),
		}},
		ScopeSpans: []*trace.ScopeSpans{{
			Scope: &common.InstrumentationScope{Name: "example.org/shop", Version: "0.9"},
			Spans: spans,
		}},
	}}})
	check(err)
	var ids []int
	for from := 0; ; {
		found := bytes.Index(body[from:], mark)
		if found < 0 {
			return body, ids
		}
		ids = append(ids, from+found)
		from += found + len(mark)
	}
}

// describe makes a span a request, a function or a query, as instrumented web services send them.
func describe(span *trace.Span, index int) {
	switch {
	case index == 0:
		span.Name = "GET /users/{id}/orders"
		span.Kind = trace.Span_SPAN_KIND_SERVER
		span.Attributes = []*common.KeyValue{
			text("http.request.method", "GET"),
			text("url.path", "/users/42/orders"),
			text("http.route", "/users/{id}/orders"),
			whole("http.response.status_code", 200),
			text("client.address", "192.0.2.7"),
			text("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64) example/1.0"),
		}
	case index%3 == 0:
		span.Name = "SELECT orders"
		span.Kind = trace.Span_SPAN_KIND_CLIENT
		span.Attributes = []*common.KeyValue{
			text("db.system.name", "postgresql"),
			text("db.query.text", "SELECT id, user_id, total, created_at FROM orders WHERE user_id = $1 ORDER BY created_at DESC LIMIT 50"),
			whole("db.response.returned_rows", 7),
		}
	default:
		span.Name = "OrderService.ListByUser"
		span.Kind = trace.Span_SPAN_KIND_INTERNAL
		span.Attributes = []*common.KeyValue{
			text("code.function.name", "OrderService.ListByUser"),
			whole("user.id", 42),
		}
	}
	if index == spansInTrace-1 {
		span.Events = []*trace.Span_Event{{
			TimeUnixNano: span.StartTimeUnixNano + 1000,
			Name:         "cache miss",
			Attributes:   []*common.KeyValue{text("cache.key", "orders:42")},
		}}
	}
}

func text(key, value string) *common.KeyValue {
	return &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: value}}}
}

func whole(key string, value int64) *common.KeyValue {
	return &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_IntValue{IntValue: value}}}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
