// Command veneur_client is a service that sends its spans with veneur's own Go client.
//
//	veneur_client [-requests N] [-workers N] [-backends N] [-buffered] URL
//	veneur_client -fields URL
//
// The first serves requests, each with a span that has a child, and prints each span that was sent
// as one line of JSON. The second sends one span in which every field is set.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stripe/veneur/v14/ssf"
	"github.com/stripe/veneur/v14/trace"
)

func init() {
	trace.Service = "shop"
}

// sentSpan is what is printed of a span; numbers of 64 bits are text, so that every reader keeps them.
type sentSpan struct {
	TraceID  string            `json:"trace_id"`
	ID       string            `json:"id"`
	ParentID string            `json:"parent_id,omitempty"`
	Name     string            `json:"name"`
	Service  string            `json:"service"`
	Start    string            `json:"start"`
	End      string            `json:"end"`
	Error    bool              `json:"error"`
	Tags     map[string]string `json:"tags"`
	Samples  []string          `json:"samples"`
}

func describe(span *ssf.SSFSpan) sentSpan {
	samples := []string{}
	for _, sample := range span.Metrics {
		samples = append(samples, fmt.Sprintf("%s=%v", sample.Name, sample.Value))
	}
	parent := ""
	if span.ParentId != 0 {
		parent = strconv.FormatInt(span.ParentId, 10)
	}
	return sentSpan{
		TraceID:  strconv.FormatInt(span.TraceId, 10),
		ID:       strconv.FormatInt(span.Id, 10),
		ParentID: parent,
		Name:     span.Name,
		Service:  span.Service,
		Start:    strconv.FormatInt(span.StartTimestamp, 10),
		End:      strconv.FormatInt(span.EndTimestamp, 10),
		Error:    span.Error,
		Tags:     span.Tags,
		Samples:  samples,
	}
}

// service sends the spans of its requests and prints them.
type service struct {
	client *trace.Client
	mutex  sync.Mutex
	out    *json.Encoder
}

// serve handles one request.
func (s *service) serve(number int) {
	request, ctx := trace.StartSpanFromContext(context.Background(), "shop.request")
	request.SetTag("number", number)
	query, _ := trace.StartSpanFromContext(ctx, "shop.query")
	query.Add(ssf.Count("rows", float32(number), nil))
	if number%10 == 0 {
		query.Error(errors.New("no such row"))
	}
	s.send(query)
	s.send(request)
}

// send ends a span and waits until its backend has taken it.
func (s *service) send(span *trace.Span) {
	sent := make(chan error, 1)
	span.Sent = sent
	check(span.ClientRecord(s.client, "", nil))
	check(<-sent)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	check(s.out.Encode(describe(span.SSFSpan())))
}

// flush repeats what veneur's Flush leaves out: backends that were busy with a span.
func (s *service) flush() {
	for {
		err := trace.Flush(s.client)
		if err == nil {
			return
		}
		var failed *trace.FlushError
		if !errors.As(err, &failed) {
			check(err)
		}
		for _, each := range failed.Errors {
			if each != trace.ErrWouldBlock {
				check(each)
			}
		}
	}
}

// allFields is a span at the limits of its types.
func allFields() *ssf.SSFSpan {
	tags := map[string]string{"cache": "hit"}
	return &ssf.SSFSpan{
		Version:            1,
		TraceId:            math.MaxInt64,
		Id:                 math.MinInt64,
		ParentId:           1<<53 + 1,
		StartTimestamp:     1773223200000000001,
		EndTimestamp:       1773223200999999999,
		RootStartTimestamp: 1773223199000000001,
		Error:              true,
		Indicator:          true,
		Service:            "größe/日本",
		Name:               "shop.charge 🚀",
		Tags: map[string]string{
			"":          "empty key",
			"__proto__": "plain",
			"empty":     "",
			"long":      strings.Repeat("ü", 10_000),
			"query":     "SELECT \"x\"\n\tFROM `t` \\ \x01 \u2028",
			"span.kind": "client",
		},
		Metrics: []*ssf.SSFSample{
			ssf.Count("hits", 3, tags, ssf.Unit("pages"), ssf.SampleRate(0.25)),
			ssf.Gauge("load", -1.5, nil, ssf.Timestamp(time.Unix(1773223200, 7)), ssf.Scope(ssf.Global)),
			ssf.Histogram("size", math.MaxFloat32, nil, ssf.Scope(ssf.Local)),
			ssf.Timing("wait", 1500*time.Microsecond, time.Microsecond, tags),
			ssf.Set("user", "ada", nil),
			ssf.Status("alive", ssf.SSFSample_CRITICAL, nil),
			{Metric: ssf.SSFSample_COUNTER, Name: "no rate", Value: 0.1},
		},
	}
}

func main() {
	fields := flag.Bool("fields", false, "send one span in which every field is set")
	requests := flag.Int("requests", 1, "how many requests to serve")
	workers := flag.Int("workers", 1, "how many to serve at the same time")
	backends := flag.Uint("backends", 1, "how many connections send")
	buffered := flag.Bool("buffered", false, "send when flushed, which happens once at the end")
	flag.Parse()

	address, err := url.Parse(flag.Arg(0))
	check(err)
	options := []trace.ClientParam{trace.ParallelBackends(*backends)}
	if *buffered {
		options = append(options, trace.Buffered)
	}
	client, err := trace.NewClient(address, options...)
	check(err)
	defer client.Close()

	if *fields {
		sent := make(chan error, 1)
		check(trace.Record(client, allFields(), sent))
		check(<-sent)
		return
	}
	s := &service{client: client, out: json.NewEncoder(os.Stdout)}
	var group sync.WaitGroup
	for worker := 0; worker < *workers; worker++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for number := worker; number < *requests; number += *workers {
				s.serve(number)
			}
		}()
	}
	group.Wait()
	if *buffered {
		s.flush()
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
