import { type AttributeValue, createAttributes } from "../../src/model/attributes.ts";
import type { Span } from "../../src/model/span.ts";

/** 2026-03-11T10:00:00.123456789Z */
export const BASE_NANO = 1773223200_123456789n;

/** A go-trace span of 1 ms, with what a test cares about put over it. */
export function sampleSpan(fields: Partial<Span> = {}): Span {
  return {
    traceId: "00000000000000b1",
    spanId: "00000000000000a1",
    name: "GET /users",
    kind: "http",
    startTimeUnixNano: BASE_NANO,
    endTimeUnixNano: BASE_NANO + 1_000_000n,
    state: "ended",
    attributes: createAttributes([["method", "GET"]]),
    ...fields,
  };
}

/** A span with every field of the model and the values that break careless writers. */
export function richSpan(): Span {
  return sampleSpan({
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    parentId: "00f067aa0ba902b7",
    name: 'ünï "code" \\ \n \u2028 </script> \ud800',
    kind: "server",
    attributes: createAttributes([
      ["__proto__", "plain"],
      ["int", 9223372036854775807n],
      ["negative", -9223372036854775808n],
      ["whole double", 1],
      ["nan", NaN],
      ["infinity", -Infinity],
      ["yes", true],
      ["bytes", new Uint8Array([0, 1, 254, 255])],
      ["list", ["a", 2n, 0.5, [false]]],
      ["map", createAttributes([["constructor", 1n]])],
    ]),
    events: [{
      timeUnixNano: BASE_NANO + 5n,
      name: "exception",
      attributes: createAttributes([["exception.message", "no"]]),
    }],
    links: [{
      traceId: "not hexadecimal",
      spanId: "s",
      attributes: createAttributes([["why", "retry"]]),
    }],
    status: { code: "error", message: "broken" },
    traceState: "vendor=1",
    resource: createAttributes([["service.name", "shop"], ["host.cpus", 4n]]),
    scope: { name: "lib", version: "1.2" },
    indicator: true,
    samples: [{ metric: "counter", name: "hits", value: 1, timeUnixNano: BASE_NANO }],
  });
}

/** Many spans in traces of ten, each ending after its children. */
export function* manySpans(count: number): Generator<Span> {
  for (let i = 0; i < count; i++) {
    const first = i - i % 10;
    const start = BASE_NANO + BigInt(i) * 1000n;
    yield sampleSpan({
      traceId: (first / 10 + 1).toString(16).padStart(16, "0"),
      spanId: (i + 1).toString(16).padStart(16, "0"),
      parentId: i % 10 === 9 ? undefined : (first + 10).toString(16).padStart(16, "0"),
      startTimeUnixNano: start,
      endTimeUnixNano: start + 5000n,
    });
  }
}

/** Spans as no program should send them, one of each kind of oddity, in one trace. */
export function oddSpans(): Span[] {
  const odd = (spanId: string, fields: Partial<Span>): Span =>
    sampleSpan({ traceId: "odd", spanId, name: spanId, ...fields });
  let deep: AttributeValue = "bottom";
  for (let level = 0; level < 200; level++) deep = level % 2 === 0 ? [deep] : { deeper: deep };
  return [
    odd("unfinished", { endTimeUnixNano: undefined, state: "unfinished" }),
    odd("running", { endTimeUnixNano: undefined, state: "running", parentId: "unfinished" }),
    odd("orphan", { parentId: "never seen" }),
    odd("ring a", { parentId: "ring b" }),
    odd("ring b", { parentId: "ring a" }),
    odd("self", { parentId: "self" }),
    odd("backwards", { endTimeUnixNano: BASE_NANO - 7n, parentId: "orphan" }),
    odd("instant", { endTimeUnixNano: BASE_NANO, parentId: "orphan" }),
    odd("twice", { endTimeUnixNano: BASE_NANO + 1n }),
    odd("twice", { endTimeUnixNano: BASE_NANO + 2n }),
    odd("nameless", { name: "" }),
    odd("at 1970", { startTimeUnixNano: 0n, endTimeUnixNano: 1n }),
    odd("before 1970", { startTimeUnixNano: -5n, endTimeUnixNano: -3n }),
    odd("far", { startTimeUnixNano: 2n ** 63n, endTimeUnixNano: 2n ** 63n + 5n }),
    odd("deep", { attributes: createAttributes([["deep", deep]]) }),
    odd("numbers", { attributes: createAttributes([["nan", NaN], ["wide", 2n ** 70n]]) }),
    odd("keys", { attributes: createAttributes([["__proto__", "a"], ["error", "\ud800"]]) }),
    odd("same keys", {
      kind: "client",
      attributes: createAttributes([["span.kind", "x"], ["otel.scope.name", 1n]]),
      scope: { name: "lib" },
    }),
    odd("-2+3", { name: '=HYPERLINK("http://evil")' }),
    odd("text", { name: "a;b\n```\n%%{init}%%\t<script>\u202e" }),
    odd("linked", { links: [{ traceId: "", spanId: "", attributes: {} }] }),
    odd("x".repeat(100_000), {}),
  ];
}
