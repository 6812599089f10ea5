import { type AttributeValue, createAttributes } from "../../../src/model/attributes.ts";
import type { InstrumentationScope, Span } from "../../../src/model/span.ts";
import { seededRandom } from "../../testing/events.ts";

const TEXTS = [
  "",
  "a",
  "GET /users/:id",
  "日本語 ünï 😀",
  '"quoted" \\ back\nnew\tline',
  "\0",
  "\x7f\u2028",
  "\ufeffwith a byte order mark",
  "</script>&",
  "x".repeat(31),
  "x".repeat(33),
  "é".repeat(64),
  "x".repeat(127),
  "x".repeat(128),
  "y".repeat(20_000),
];
const KEYS = [
  "a",
  "http.method",
  "__proto__",
  "constructor",
  "10",
  "9",
  "0x",
  "ü",
  '"',
  "$bytes",
  "",
];
const INTEGERS = [
  0n,
  1n,
  -1n,
  200n,
  2n ** 31n,
  -(2n ** 31n) - 1n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n + 1n,
  -(2n ** 53n) - 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const DOUBLES = [
  0,
  -0,
  1,
  -1,
  0.1,
  1e21,
  1e-7,
  2 ** 53,
  Number.MAX_VALUE,
  NaN,
  Infinity,
  -Infinity,
];
const COUNTS = [0, 1, 127, 128, 257, 2 ** 31, 2 ** 32 - 1];
const TIMES = [
  1n,
  999_999_999n,
  1_000_000_000n,
  1_773_223_200_000_000_000n,
  1_773_223_200_123_456_789n,
  1_773_223_200_123_456_700n,
  1_773_223_200_100_000_000n,
  1_773_223_199_999_999_999n,
  2n ** 32n * 1_000_000_000n - 1n,
  2n ** 32n * 1_000_000_000n,
  2n ** 63n - 1n,
  2n ** 63n,
  18_446_744_073_709_551_615n,
];

/** Spans as OTLP can hold them, with all sorts of values, the same on every run. */
export function generateSpans(count: number, seed = 1): Span[] {
  const random = seededRandom(seed);
  function below(limit: number): number {
    return Math.floor(random() * limit);
  }
  function of<T>(items: readonly T[]): T {
    return items[below(items.length)];
  }
  function value(depth: number): AttributeValue {
    switch (below(depth > 0 ? 10 : 7)) {
      case 0:
        return of(INTEGERS);
      case 1:
        return of(DOUBLES);
      case 2:
        return random() < 0.5;
      case 3:
        return Uint8Array.from({ length: below(5) }, () => below(256));
      case 7:
        return Array.from({ length: below(4) }, () => value(depth - 1));
      case 8:
        return attributes(depth - 1);
      default:
        return of(TEXTS);
    }
  }
  function attributes(depth = 3): Record<string, AttributeValue> {
    const length = random() < 0.02 ? 70 + below(10) : below(5);
    return createAttributes(Array.from({ length }, (_, index) => [
      index < 5 ? of(KEYS) : `key ${index}`,
      value(depth),
    ]));
  }
  function id(bytes: number): string {
    return Array.from({ length: bytes }, () => below(256).toString(16).padStart(2, "0")).join("");
  }
  /** Only the fields that are there: what is empty or 0 is absent. */
  function present<T extends object>(fields: T): T {
    return Object.fromEntries(
      Object.entries(fields).filter(([, field]) =>
        field !== undefined && field !== "" && field !== 0 && !isEmpty(field)
      ),
    ) as T;
  }
  function scope(): InstrumentationScope | undefined {
    const name = of(TEXTS);
    const rest = present({
      version: of(TEXTS),
      attributes: attributes(1),
      droppedAttributesCount: of(COUNTS),
      schemaUrl: of(TEXTS),
    });
    return name === "" && isEmpty(rest) ? undefined : { name, ...rest };
  }
  const resources = Array.from({ length: 5 }, () => attributes());
  const scopes = Array.from({ length: 5 }, scope);
  return Array.from({ length: count }, () => {
    const isEnded = random() < 0.9;
    return {
      traceId: id(16),
      spanId: id(8),
      name: of(TEXTS),
      kind: of(["internal", "server", "client", "producer", "consumer"] as const),
      startTimeUnixNano: of([0n, ...TIMES]),
      state: isEnded ? "ended" : "running",
      attributes: attributes(),
      ...present({
        parentId: random() < 0.5 ? id(8) : undefined,
        endTimeUnixNano: isEnded ? of(TIMES) : undefined,
        events: Array.from({ length: below(4) }, () => ({
          timeUnixNano: of([0n, ...TIMES]),
          name: of(TEXTS),
          attributes: attributes(),
          ...present({ droppedAttributesCount: of(COUNTS) }),
        })),
        links: Array.from({ length: below(3) }, () => ({
          traceId: random() < 0.1 ? "" : id(16),
          spanId: random() < 0.1 ? "" : id(8),
          attributes: attributes(),
          ...present({
            traceState: of(TEXTS),
            flags: of(COUNTS),
            droppedAttributesCount: of(COUNTS),
          }),
        })),
        status: random() < 0.5
          ? undefined
          : random() < 0.5
          ? { code: "ok" as const }
          : { code: "error" as const, ...present({ message: of(TEXTS) }) },
        traceState: of(TEXTS),
        flags: of(COUNTS),
        droppedAttributesCount: of(COUNTS),
        droppedEventsCount: of(COUNTS),
        droppedLinksCount: of(COUNTS),
        resource: of(resources),
        resourceDroppedAttributesCount: of(COUNTS),
        resourceSchemaUrl: of(TEXTS),
        scope: of(scopes),
      }),
    };
  });
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
