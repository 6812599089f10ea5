import { assertEquals } from "@std/assert";
import { compileQuery } from "../../../src/query/compile_query.ts";
import { rangeQuery } from "../../../src/web/page/traces/range_query.ts";

const TIMES = { startUnixNano: 0n, endUnixNano: 1n };

Deno.test("a range of durations is a query that people can read, rounded outwards", () => {
  const range = { ...TIMES, minDurationNano: 883_636.4, maxDurationNano: 2_440_179_694 };
  assertEquals(rangeQuery("", range), "traceDuration >= 883us && traceDuration <= 2.45s");
  assertEquals(
    rangeQuery("a || b", { ...TIMES, minDurationNano: 12_345_678 }),
    "(a || b) && traceDuration >= 12.3ms",
  );
  assertEquals(rangeQuery("a || b", TIMES), "a || b");
  assertEquals(rangeQuery("", TIMES), "");
});

Deno.test("the query of any range can be read", () => {
  for (const nano of [1, 7.9, 999.4, 1e3, 999_999.9, 1e6, 59e9, 3.7e12, 8.64e16]) {
    const range = { ...TIMES, minDurationNano: nano, maxDurationNano: nano };
    compileQuery(rangeQuery("error", range));
  }
});
