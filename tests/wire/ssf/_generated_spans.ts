import {
  createSsfSample,
  createSsfSpan,
  type SsfSample,
  type SsfSpan,
} from "../../../src/wire/ssf/ssf_span.ts";
import { seededRandom } from "../../testing/events.ts";

const INT64S = [
  0n,
  1n,
  -1n,
  127n,
  128n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n,
  -(2n ** 31n) - 1n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  1_773_223_200_123_456_789n,
];
const INT32S = [0, 1, -1, 127, 2 ** 31 - 1, -(2 ** 31)];
const FLOATS = [0, -0, 1, 0.5, -1e10, NaN, Infinity, -Infinity, 1e-45, 3e38].map(Math.fround);
const TEXTS = [
  "",
  "a",
  "GET /users/:id",
  "日本語 ünï 😀",
  "\0",
  "\ufeffwith a byte order mark",
  "x".repeat(24),
  "x".repeat(25),
  "é".repeat(64),
  "x".repeat(127),
  "x".repeat(128),
  "y".repeat(20_000),
];
const KEYS = ["", "a", "__proto__", "constructor", "1", "name", "x".repeat(130)];

/** Spans with all sorts of values, the same on every run. */
export function generateSpans(count: number, seed = 1): SsfSpan[] {
  const random = seededRandom(seed);
  function of<T>(items: readonly T[]): T {
    return items[Math.floor(random() * items.length)];
  }
  function word<T>(words: readonly T[]): T | number {
    return random() < 0.2 ? of([words.length, -1, 2 ** 31 - 1]) : of(words);
  }
  function tags(): Record<string, string> {
    const made: Record<string, string> = Object.create(null);
    for (let left = Math.floor(random() * 4); left > 0; left--) made[of(KEYS)] = of(TEXTS);
    return made;
  }
  function sample(): SsfSample {
    return createSsfSample({
      metric: word(["counter", "gauge", "histogram", "set", "status"] as const),
      name: of(TEXTS),
      value: of(FLOATS),
      timestamp: of(INT64S),
      message: of(TEXTS),
      status: word(["ok", "warning", "critical", "unknown"] as const),
      sampleRate: of(FLOATS),
      tags: tags(),
      unit: of(TEXTS),
      scope: word(["default", "local", "global"] as const),
    });
  }
  return Array.from({ length: count }, () =>
    createSsfSpan({
      version: of(INT32S),
      traceId: of(INT64S),
      id: of(INT64S),
      parentId: of(INT64S),
      startTimestamp: of(INT64S),
      endTimestamp: of(INT64S),
      error: random() < 0.5,
      service: of(TEXTS),
      metrics: Array.from({ length: Math.floor(random() * 3) }, sample),
      tags: tags(),
      indicator: random() < 0.5,
      name: of(TEXTS),
      rootStartTimestamp: of(INT64S),
    }));
}
