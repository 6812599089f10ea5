import { assert, assertEquals } from "@std/assert";
import type { Span } from "../../src/model/span.ts";
import { buildPublished } from "./_go_programs.ts";
import { collectSsf, run, TRANSPORTS } from "./_veneur.ts";

const emit = await buildPublished("veneur_client", "github.com/stripe/veneur/v14/cmd/veneur-emit");
const program = emit.ok ? emit.path : "";

for (const transport of TRANSPORTS) {
  Deno.test({
    name: `what veneur-emit says of a span is recorded exactly over ${transport}`,
    ignore: !emit.ok,
    fn: async () => {
      const { spans, summary } = await collectSsf(transport, async (url) => {
        await run(program, [
          ...["-hostport", url, "-ssf", "-name", "shop.cron", "-span_service", "shop"],
          ...["-trace_id", "9223372036854775807", "-parent_span_id", "12"],
          ...["-tag", "cache:hit", "-span_tags", "user:ada,route:/größe", "-indicator", "-error"],
          ...["-span_starttime", "2026-03-11T10:00:00.123456789Z"],
          ...["-span_endtime", "2026-03-11T10:00:00.123456790Z"],
          ...["-timing", "20ms", "-gauge", "1.5", "-count", "3", "-set", "ada"],
        ]);
        // Metrics without a trace are no span.
        await run(program, ["-hostport", url, "-ssf", "-name", "shop.hits", "-count", "1"]);
      });
      assertEquals(spans.length, 1);
      const { spanId, attributes, ...rest } = spans[0];
      assert(BigInt(spanId) > 0n);
      assertEquals({ ...attributes }, { cache: "hit", user: "ada", route: "/größe" });
      const own = { name: "shop.cron", rate: 1, tags: { cache: "hit" } };
      assertEquals(rest, {
        traceId: "9223372036854775807",
        parentId: "12",
        name: "shop.cron",
        kind: "internal",
        startTimeUnixNano: 1_773_223_200_123_456_789n,
        endTimeUnixNano: 1_773_223_200_123_456_790n,
        state: "ended",
        service: "shop",
        indicator: true,
        error: true,
        samples: [
          { ...own, metric: "histogram", value: 20, unit: "ms" },
          { ...own, metric: "gauge", value: 1.5 },
          { ...own, metric: "counter", value: 3 },
          { ...own, metric: "set", value: 0, message: "ada" },
        ],
      });
      assertEquals(
        [summary.received, summary.accepted, summary.rejected],
        [2, 1, { not_a_trace_span: 1 }],
      );
    },
  });

  Deno.test({
    name: `commands that veneur-emit times make a tree, and say how they ended, over ${transport}`,
    ignore: !emit.ok,
    fn: async () => {
      const { spans } = await collectSsf(transport, async (url) => {
        const inner = [program, "-hostport", url, "-ssf", "-name", "inner", "-command", "false"];
        await run(
          program,
          ["-hostport", url, "-ssf", "-name", "outer", "-trace_id", "77", "-command", ...inner],
          { exitCode: 1 },
        );
      });
      const [inner, outer] = ["inner", "outer"].map((name) => {
        return spans.find((span) => span.name === name) as Span;
      });
      assertEquals(spans.length, 2);
      assertEquals([inner.traceId, inner.parentId, inner.error], ["77", outer.spanId, true]);
      assertEquals([outer.traceId, outer.parentId, outer.error], ["77", undefined, true]);
      assert(inner.startTimeUnixNano >= outer.startTimeUnixNano);
      assert(inner.endTimeUnixNano! <= outer.endTimeUnixNano!);
    },
  });
}
