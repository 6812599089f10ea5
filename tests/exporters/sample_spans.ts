import { createAttributes } from "../../src/model/attributes.ts";
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
