// Sends spans with the OpenTelemetry SDK and prints, a line each, what they say themselves.
// Arguments: http/protobuf or grpc; host and port; none or gzip; how many traces.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

func main() {
	protocol, address, compression := os.Args[1], os.Args[2], os.Args[3]
	count, err := strconv.Atoi(os.Args[4])
	check(err)
	ctx := context.Background()
	exporter, err := newExporter(ctx, protocol, address, compression)
	check(err)
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "größe"),
			attribute.String("service.version", "1.2.3"),
		)),
		sdktrace.WithBatcher(exporter, sdktrace.WithMaxQueueSize(100_000), sdktrace.WithMaxExportBatchSize(500)),
		sdktrace.WithSpanProcessor(printer{}),
	)
	tracer := provider.Tracer("shop", trace.WithInstrumentationVersion("0.9"))
	for number := range count {
		within, root := tracer.Start(ctx, fmt.Sprintf("GET /orders/%d", number),
			trace.WithSpanKind(trace.SpanKindServer),
			trace.WithAttributes(
				attribute.String("http.request.method", "GET"),
				attribute.Int("number", number),
				attribute.Int64("largest", math.MaxInt64),
				attribute.Int64("smallest", math.MinInt64),
				attribute.Float64("ratio", 0.1+float64(number)),
				attribute.Bool("cached", number%2 == 0),
				attribute.StringSlice("tags", []string{"a", "b \"quoted\" \\ \u0001 日本 🚀"}),
				attribute.Int64Slice("sizes", []int64{1, -2}),
				attribute.String("empty", ""),
			))
		_, child := tracer.Start(within, "SELECT",
			trace.WithSpanKind(trace.SpanKindClient),
			trace.WithAttributes(attribute.String("db.system.name", "sqlite")),
			trace.WithLinks(trace.Link{
				SpanContext: root.SpanContext(),
				Attributes:  []attribute.KeyValue{attribute.String("why", "test")},
			}))
		child.AddEvent("row", trace.WithAttributes(attribute.Int("index", 1)))
		child.SetStatus(codes.Error, "failed")
		child.End()
		if number%3 == 0 {
			root.SetStatus(codes.Ok, "")
		}
		root.End()
	}
	check(provider.Shutdown(ctx))
}

func newExporter(ctx context.Context, protocol, address, compression string) (sdktrace.SpanExporter, error) {
	if protocol == "grpc" {
		options := []otlptracegrpc.Option{otlptracegrpc.WithInsecure(), otlptracegrpc.WithEndpoint(address)}
		if compression == "gzip" {
			options = append(options, otlptracegrpc.WithCompressor("gzip"))
		}
		return otlptracegrpc.New(ctx, options...)
	}
	options := []otlptracehttp.Option{otlptracehttp.WithInsecure(), otlptracehttp.WithEndpoint(address)}
	if compression == "gzip" {
		options = append(options, otlptracehttp.WithCompression(otlptracehttp.GzipCompression))
	}
	return otlptracehttp.New(ctx, options...)
}

type printer struct{}

func (printer) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (printer) Shutdown(context.Context) error                  { return nil }
func (printer) ForceFlush(context.Context) error                { return nil }
func (printer) OnEnd(span sdktrace.ReadOnlySpan) {
	line, err := json.Marshal(describe(span))
	check(err)
	fmt.Println(string(line))
}

// describe gives a span as `trace view --json` shows it.
func describe(span sdktrace.ReadOnlySpan) map[string]any {
	const layout = "2006-01-02T15:04:05.999999999Z07:00"
	described := map[string]any{
		"id":         span.SpanContext().SpanID().String(),
		"trace_id":   span.SpanContext().TraceID().String(),
		"name":       span.Name(),
		"kind":       span.SpanKind().String(),
		"start_time": span.StartTime().UTC().Format(layout),
		"end_time":   span.EndTime().UTC().Format(layout),
		"attrs":      plain(span.Attributes()),
		"resource":   plain(span.Resource().Attributes()),
		"scope": map[string]any{
			"name":    span.InstrumentationScope().Name,
			"version": span.InstrumentationScope().Version,
		},
	}
	if span.Parent().HasSpanID() {
		described["parent_id"] = span.Parent().SpanID().String()
	}
	if status := span.Status(); status.Code != codes.Unset {
		shown := map[string]any{"code": strings.ToLower(status.Code.String())}
		if status.Description != "" {
			shown["message"] = status.Description
		}
		described["status"] = shown
	}
	for _, event := range span.Events() {
		described["events"] = []any{map[string]any{
			"time":  event.Time.UTC().Format(layout),
			"name":  event.Name,
			"attrs": plain(event.Attributes),
		}}
	}
	for _, link := range span.Links() {
		described["links"] = []any{map[string]any{
			"trace_id": link.SpanContext.TraceID().String(),
			"span_id":  link.SpanContext.SpanID().String(),
			"attrs":    plain(link.Attributes),
		}}
	}
	return described
}

func plain(attributes []attribute.KeyValue) map[string]any {
	values := map[string]any{}
	for _, each := range attributes {
		values[string(each.Key)] = each.Value.AsInterface()
	}
	return values
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
