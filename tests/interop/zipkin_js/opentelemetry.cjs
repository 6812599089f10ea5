// deno-lint-ignore-file -- JavaScript for Node, with CommonJS packages
// Sends two spans with the OpenTelemetry SDK in Zipkin's format and prints what they say themselves.
const { context, SpanKind, SpanStatusCode, trace } = require("@opentelemetry/api");
const { ZipkinExporter } = require("@opentelemetry/exporter-zipkin");
const { resourceFromAttributes } = require("@opentelemetry/resources");
const { BasicTracerProvider, SimpleSpanProcessor } = require("@opentelemetry/sdk-trace-base");

const exporter = new ZipkinExporter({ url: `${process.argv[2]}/api/v2/spans` });
const failures = [];
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ "service.name": "größe" }),
  spanProcessors: [
    new SimpleSpanProcessor({
      export: (spans, done) =>
        exporter.export(spans, (result) => {
          if (result.code !== 0) failures.push(String(result.error));
          done(result);
        }),
      shutdown: () => exporter.shutdown(),
      forceFlush: () => Promise.resolve(),
    }),
  ],
});
const tracer = provider.getTracer("shop", "0.9");

const root = tracer.startSpan("GET /", { kind: SpanKind.SERVER, attributes: { n: 1, ok: true } });
// As instrumentations do that measure with the clock of the CPU.
const startTime = [root.startTime[0], root.startTime[1] + 123_456 - root.startTime[1] % 1000];
const child = tracer.startSpan(
  "SELECT",
  { kind: SpanKind.CLIENT, startTime },
  trace.setSpan(context.active(), root),
);
child.addEvent("retry");
child.setStatus({ code: SpanStatusCode.ERROR, message: "no rows" });
root.setStatus({ code: SpanStatusCode.OK });
setTimeout(async () => {
  child.end();
  root.end();
  await provider.forceFlush();
  await provider.shutdown();
  if (failures.length > 0) throw new Error(failures.join());
  console.log(JSON.stringify({
    traceId: root.spanContext().traceId,
    ids: { root: root.spanContext().spanId, child: child.spanContext().spanId },
    start: child.startTime,
    event: child.events[0].time,
    childDuration: child.duration,
    rootDuration: root.duration,
  }));
}, 5);
