import { type AttributeValue, createAttributes } from "../../src/model/attributes.ts";
import type { Span } from "../../src/model/span.ts";
import type { SpanKind } from "../../src/model/span_kind.ts";

/** Options of {@linkcode generateSpans}. */
export interface GenerateSpansOptions {
  /** How many spans; whole traces of ten, so a multiple of ten. */
  readonly spanCount: number;
  /** How many traces are under way at once. @default 16 */
  readonly concurrency?: number;
}

const SPANS_PER_TRACE = 10;
const SERVICES = ["shop", "users", "billing", "search", "mail"];

/**
 * Makes the spans of a shop of five services: requests, functions, statements with values in them, calls
 * of each other, a cache. The same in every run, in the order of their ends, traces mixed.
 */
export function* generateSpans(options: GenerateSpansOptions): Generator<Span> {
  const random = createRandom(7);
  const traceCount = options.spanCount / SPANS_PER_TRACE;
  const waiting: Span[][] = [];
  for (let number = 0; number < traceCount || waiting.length > 0;) {
    while (waiting.length < (options.concurrency ?? 16) && number < traceCount) {
      waiting.push(makeTrace(number++, random));
    }
    const at = Math.floor(random() * waiting.length);
    const span = waiting[at].pop();
    if (span !== undefined) yield span;
    if (waiting[at].length === 0) waiting.splice(at, 1);
  }
}

/** The spans of one trace, the one that ends first at the end of the list. */
function makeTrace(number: number, random: () => number): Span[] {
  const service = SERVICES[number % SERVICES.length];
  const resource = createAttributes([["service.name", service]]);
  const traceId = id(number, 32);
  const start = 1_795_172_592_000_000_000n + BigInt(number) * 1_000_000n;
  const spans: Span[] = [];
  const add = (
    parent: number,
    name: string,
    kind: SpanKind,
    attributes: [string, AttributeValue][],
  ): void => {
    const index = spans.length;
    const offset = Math.floor(random() * 1e6) + index * 1000;
    // Few take long: most of the percentiles lie close together, the last does not.
    const nano = Math.floor(1e5 / (0.001 + random()) ** 1.5);
    const hasFailed = random() < 0.02;
    spans.push({
      traceId,
      spanId: id(number * SPANS_PER_TRACE + index + 1, 16),
      ...(parent >= 0 && { parentId: spans[parent].spanId }),
      name,
      kind,
      startTimeUnixNano: start + BigInt(offset),
      endTimeUnixNano: start + BigInt(offset + nano),
      state: "ended",
      attributes: createAttributes(attributes),
      ...(hasFailed && { status: { code: "error" as const, message: "it failed" } }),
      resource,
    });
  };
  const pick = (count: number): number => Math.floor(random() * count);
  const route = pick(40);
  add(-1, `GET /things${route}/${number}`, "server", [
    ["http.request.method", "GET"],
    ["http.route", `/things${route}/{id}`],
    ["url.path", `/things${route}/${number}`],
    ["http.response.status_code", 200n],
  ]);
  add(0, `load_${pick(200)}`, "internal", [["code.function.name", "load"]]);
  for (let query = 0; query < 5; query++) {
    add(1, "SELECT things", "client", [
      ["db.system.name", "postgresql"],
      ["db.query.text", `SELECT * FROM things${pick(12)} WHERE id = ${pick(100_000)} AND a = 'x'`],
    ]);
  }
  add(0, "GET", "client", [
    ["http.request.method", "GET"],
    ["url.full", `http://users/users/${pick(10_000)}?full=1`],
  ]);
  add(0, "GET", "client", [
    ["db.system.name", "redis"],
    ["db.query.text", `GET thing:${pick(10_000)}`],
  ]);
  add(0, `render_${pick(50)}`, "function", []);
  return spans;
}

function id(number: number, digits: number): string {
  return "1" + number.toString(16).padStart(digits - 1, "0");
}

/** Numbers in [0, 1) that are the same in every run. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}
