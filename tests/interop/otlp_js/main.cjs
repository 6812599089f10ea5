// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript has no types
// Sends spans with the OpenTelemetry SDK and prints, a line each, what they say themselves.
// Arguments: http/json, http/protobuf or grpc; the endpoint; none or gzip; how many traces.
const { context, SpanKind, SpanStatusCode, trace } = require("@opentelemetry/api");
const { resourceFromAttributes } = require("@opentelemetry/resources");
const { BasicTracerProvider, BatchSpanProcessor } = require("@opentelemetry/sdk-trace-base");
const { OTLPTraceExporter: JsonExporter } = require("@opentelemetry/exporter-trace-otlp-http");
const { OTLPTraceExporter: ProtobufExporter } = require("@opentelemetry/exporter-trace-otlp-proto");
const { OTLPTraceExporter: GrpcExporter } = require("@opentelemetry/exporter-trace-otlp-grpc");

const [protocol, endpoint, compression, count] = process.argv.slice(2);
const exporter = protocol === "grpc"
  ? new GrpcExporter({ url: endpoint, compression })
  : protocol === "http/json"
  ? new JsonExporter({ url: `${endpoint}/v1/traces`, compression })
  : new ProtobufExporter({ url: `${endpoint}/v1/traces`, compression });

const failures = [];
const printed = [];
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ "service.name": "größe", "service.version": "1.2.3" }),
  spanProcessors: [
    new BatchSpanProcessor({
      export(spans, done) {
        exporter.export(spans, (result) => {
          if (result.code !== 0) failures.push(String(result.error));
          done(result);
        });
      },
      shutdown: () => exporter.shutdown(),
    }, { maxQueueSize: 100_000, maxExportBatchSize: 500 }),
    {
      onStart() {},
      onEnd: (span) => printed.push(JSON.stringify(describe(span))),
      forceFlush: async () => {},
      shutdown: async () => {},
    },
  ],
});
const tracer = provider.getTracer("shop", "0.9");

for (let number = 0; number < Number(count); number++) {
  const root = tracer.startSpan(`GET /orders/${number}`, {
    kind: SpanKind.SERVER,
    attributes: {
      "http.request.method": "GET",
      "number": number,
      "largest": Number.MAX_SAFE_INTEGER,
      "ratio": 0.1 + number,
      "cached": number % 2 === 0,
      "tags": ["a", 'b "quoted" \\ \u0001 日本 🚀'],
      "sizes": [1, 2.5, -3],
      "empty": "",
      "__proto__x": "plain",
    },
  });
  const within = trace.setSpan(context.active(), root);
  const child = tracer.startSpan("SELECT", {
    kind: SpanKind.CLIENT,
    attributes: { "db.system.name": "sqlite" },
    links: [{ context: root.spanContext(), attributes: { why: "test" } }],
  }, within);
  child.addEvent("row", { index: 1 });
  child.recordException(new Error("no rows"));
  child.setStatus({ code: SpanStatusCode.ERROR, message: "failed" });
  child.end();
  if (number % 3 === 0) root.setStatus({ code: SpanStatusCode.OK });
  root.end();
}
provider.forceFlush().then(() => provider.shutdown()).then(() => {
  for (const line of printed) console.log(line);
  if (failures.length > 0) throw new Error(failures.join("\n"));
});

/** A span as `trace view --json` shows it. */
function describe(span) {
  const { traceId, spanId } = span.spanContext();
  return {
    id: spanId,
    trace_id: traceId,
    ...(span.parentSpanContext && { parent_id: span.parentSpanContext.spanId }),
    name: span.name,
    kind: ["internal", "server", "client", "producer", "consumer"][span.kind],
    start_time: time(span.startTime),
    end_time: time(span.endTime),
    attrs: span.attributes,
    ...(span.status.code !== 0 && {
      status: {
        code: span.status.code === 1 ? "ok" : "error",
        ...(span.status.message && { message: span.status.message }),
      },
    }),
    ...(span.events.length > 0 && {
      events: span.events.map((event) => ({
        time: time(event.time),
        name: event.name,
        attrs: event.attributes,
      })),
    }),
    ...(span.links.length > 0 && {
      links: span.links.map((link) => ({
        trace_id: link.context.traceId,
        span_id: link.context.spanId,
        flags: flags(link.context),
        attrs: link.attributes,
      })),
    }),
    resource: span.resource.attributes,
    scope: { name: span.instrumentationScope.name, version: span.instrumentationScope.version },
    flags: flags({ ...span.spanContext(), isRemote: false }),
  };
}

/** OTLP's: the trace flags, and that it is known whether the context came from elsewhere. */
function flags({ traceFlags, isRemote }) {
  return traceFlags | 0x100 | (isRemote ? 0x200 : 0);
}

function time([seconds, nanos]) {
  const fraction = String(nanos).padStart(9, "0").replace(/0+$/, "");
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${whole}${fraction && "."}${fraction}Z`;
}
