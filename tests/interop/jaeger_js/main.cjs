// deno-lint-ignore-file -- JavaScript for Node, with a CommonJS package
// Sends a trace of two spans over HTTP as Jaeger's own client does, and prints their ids and times.
const { initTracer, opentracing } = require("jaeger-client");

const collectorEndpoint = process.argv[2] + "/api/traces";
const tracer = initTracer({
  serviceName: "größe",
  sampler: { type: "const", param: 1 },
  reporter: { collectorEndpoint, flushIntervalMs: 1e6 },
}, {
  tags: { version: "1.2", shards: 3 },
  traceId128bit: true,
  logger: { info() {}, error: console.error },
});

const start = Date.now();
const other = tracer.startSpan("other", { startTime: start });
const root = tracer.startSpan("GET /", {
  startTime: start + 1,
  tags: {
    [opentracing.Tags.SPAN_KIND]: "server",
    "http.status_code": 500,
    ratio: 0.25,
    ok: true,
    error: true,
  },
});
const child = tracer.startSpan("work", {
  startTime: start + 2,
  references: [opentracing.childOf(root.context()), opentracing.followsFrom(other.context())],
});
child.log({ event: "retry", attempt: 2 }, start + 3);
child.log({ message: "gave up" }, start + 4);
child.finish(start + 10);
root.finish(start + 20);
other.finish(start + 30);
const ids = [other, root, child].map((span) => {
  const context = span.context();
  return { traceId: context.traceIdStr, spanId: context.spanIdStr };
});
tracer.close(() => console.log(JSON.stringify({ start, ids })));
