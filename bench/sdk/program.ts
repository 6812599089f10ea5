import process from "node:process";
import { BasicTracerProvider, BatchSpanProcessor } from "npm:@opentelemetry/sdk-trace-base@2.12.0";
import { GoTraceProcessor } from "../../src/sdk/gotrace_processor.ts";
import { createTracer } from "../../src/sdk/mod.ts";
import { SENT } from "../../src/transport/send_result.ts";

/**
 * Starts and ends spans with three attributes in one SDK, and prints microseconds a span as JSON:
 * `recording` is what the calls take, `all` what the process takes with what the SDK does later.
 * What is sent goes nowhere, so each SDK's own cost is all there is.
 *
 *     program.ts ours|otel SPANS
 */
async function main(sdk: string, spanCount: number): Promise<void> {
  const recordSpan = sdk === "ours" ? oursRecorder() : otelRecorder();
  await measure(recordSpan, spanCount);
  console.log(JSON.stringify(await measure(recordSpan, spanCount)));
}

function oursRecorder(): (id: number) => void {
  const processor = new GoTraceProcessor({
    send: () => SENT,
    sendAtExit: () => true,
    close: () => Promise.resolve(),
  });
  const tracer = createTracer({ processor });
  return (id) => {
    const span = tracer.startSpan("SELECT users", { kind: "sql" });
    span.setAttribute("query", "SELECT * FROM users WHERE id = ?");
    span.setAttribute("rows", id);
    span.setAttribute("cached", false);
    span.end();
  };
}

function otelRecorder(): (id: number) => void {
  const exporter = {
    export: (_spans: unknown, done: (result: { code: number }) => void) => done({ code: 0 }),
    shutdown: () => Promise.resolve(),
  };
  const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  const tracer = provider.getTracer("bench");
  return (id) => {
    const span = tracer.startSpan("SELECT users", { kind: 2 });
    span.setAttribute("query", "SELECT * FROM users WHERE id = ?");
    span.setAttribute("rows", id);
    span.setAttribute("cached", false);
    span.end();
  };
}

async function measure(
  recordSpan: (id: number) => void,
  spanCount: number,
): Promise<{ recording: number; all: number }> {
  let recordingMs = 0;
  const cpu = process.cpuUsage();
  for (let from = 0; from < spanCount; from += TURN_SPANS) {
    const began = performance.now();
    for (let id = from; id < from + TURN_SPANS; id++) recordSpan(id);
    recordingMs += performance.now() - began;
    // Both SDKs work in batches once the program comes back to its event loop.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const { user, system } = process.cpuUsage(cpu);
  return { recording: recordingMs * 1000 / spanCount, all: (user + system) / spanCount };
}

/** Spans in one turn of the event loop: few enough that neither SDK's queue is ever full. */
const TURN_SPANS = 500;

await main(process.argv[2], Number(process.argv[3] ?? 200_000));
