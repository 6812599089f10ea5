import { runTrace } from "../testing/trace_process.ts";

/** A span as `trace view --json` shows it. Integers of more than 15 digits are kept as text. */
export type ShownSpan = Record<string, unknown> & {
  readonly id: string;
  readonly trace_id: string;
};

/** What `trace view --json` shows of a source. */
export interface ShownSpans {
  readonly code: number;
  readonly stderr: string;
  /** In the order in which they are shown. */
  readonly spans: ShownSpan[];
}

/** Opens a source with `trace view --json`. */
export async function viewSpans(source: string, folder: string): Promise<ShownSpans> {
  const { code, stdout, stderr } = await runTrace(["view", "--json", source], { folder });
  const traces = stdout.split("\n").filter((line) => line !== "").map((line) => parseExact(line));
  return { code, stderr, spans: traces.flatMap(({ spans }) => spans as ShownSpan[]) };
}

/** Parses JSON whose integers may have more digits than a number holds. */
function parseExact(json: string): Record<string, unknown> {
  return JSON.parse(json.replace(/(?<=[:,[])(-?\d{16,})(?=[,}\]])/g, '"$1"'));
}

/** A copy without some fields. */
export function without(span: ShownSpan, ...fields: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(span).filter(([field]) => !fields.includes(field)));
}

/** By id, for comparing what came in different orders. */
export function byId(spans: readonly ShownSpan[]): ShownSpan[] {
  return spans.toSorted((a, b) =>
    a.trace_id < b.trace_id || a.trace_id === b.trace_id && a.id < b.id ? -1 : 1
  );
}

/**
 * Sends a request of OTLP JSON.
 *
 * @param address `HOST:PORT` of a receiver of OTLP over HTTP.
 */
export async function postOtlp(address: string, request: unknown): Promise<void> {
  const response = await fetch(`http://${address}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`The answer is ${response.status}: ${text}`);
}

/**
 * A request with one trace that has everything OTLP's spans can have, but for values that JSON lacks.
 *
 * @param traceId 32 hexadecimal digits.
 * @param begin When it begins, in nanoseconds since the epoch; a multiple of 1,000 and 789.
 */
export function richRequest(traceId: string, begin: bigint): unknown {
  const at = (nanoseconds: number): string => String(begin + BigInt(nanoseconds));
  const text = (key: string, stringValue: string): unknown => ({ key, value: { stringValue } });
  const whole = (key: string, intValue: string): unknown => ({ key, value: { intValue } });
  return {
    resourceSpans: [{
      resource: { attributes: [text("service.name", "größe"), whole("process.pid", "42")] },
      schemaUrl: "https://example.org/resource/1",
      scopeSpans: [{
        scope: { name: "lib", version: "1.0", attributes: [text("scope.key", "x")] },
        schemaUrl: "https://example.org/scope/1",
        spans: [
          {
            traceId,
            spanId: "00000000000000a1",
            name: "GET /<日本>",
            kind: 2,
            traceState: "a=b",
            flags: 0x101,
            startTimeUnixNano: at(789),
            endTimeUnixNano: at(100_000_789),
            status: { code: 2, message: "no stock" },
            droppedAttributesCount: 2,
            attributes: [
              text("text", 'x "quoted" <日本> \u0001 🚀'),
              text("empty", ""),
              whole("largest", "9223372036854775807"),
              whole("smallest", "-9223372036854775808"),
              { key: "ratio", value: { doubleValue: 0.1 } },
              { key: "cached", value: { boolValue: true } },
              { key: "bytes", value: { bytesValue: "AQID" } },
              { key: "list", value: { arrayValue: { values: [{ stringValue: "a" }] } } },
              { key: "map", value: { kvlistValue: { values: [whole("k", "1")] } } },
            ],
            events: [
              { timeUnixNano: at(5_000_001), name: "row", attributes: [whole("index", "1")] },
              { timeUnixNano: at(6_000_999), name: "done" },
            ],
          },
          {
            traceId,
            spanId: "00000000000000a2",
            parentSpanId: "00000000000000a1",
            name: "SELECT",
            kind: 3,
            startTimeUnixNano: at(1_000_789),
            endTimeUnixNano: at(3_001_788),
            status: { code: 1 },
            links: [{
              traceId: "ff02030405060708090a0b0c0d0e0f10",
              spanId: "00000000000000b1",
              traceState: "x=y",
              flags: 1,
              attributes: [text("why", "test")],
            }],
          },
          {
            traceId,
            spanId: "00000000000000a3",
            parentSpanId: "00000000000000a2",
            name: "read",
            kind: 1,
            startTimeUnixNano: at(2_000_000),
            endTimeUnixNano: at(2_500_000),
          },
          {
            traceId,
            spanId: "00000000000000a4",
            parentSpanId: "00000000000000a1",
            name: "publish",
            kind: 4,
            startTimeUnixNano: at(10_000_000),
            endTimeUnixNano: at(90_000_000),
          },
        ],
      }],
    }],
  };
}
