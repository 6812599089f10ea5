import { assertEquals } from "@std/assert";
import { ssfExportSpan } from "../../../src/wire/ssf/ssf_export_span.ts";
import { spanToSsfSpan } from "../../../src/wire/ssf/ssf_model.ts";
import { BASE_NANO, sampleSpan } from "../../exporters/sample_spans.ts";

Deno.test("ids are the numbers that veneur's programs would have, and others have a number of their own", () => {
  const losses = { dropped: {}, changed: {} };
  const span = sampleSpan({
    traceId: "0af7651916cd43ddffffffffffffffff",
    spanId: "7",
    parentId: "free text",
  });
  const ssf = ssfExportSpan(span, losses);
  assertEquals([ssf.traceId, ssf.id], [-1n, 7n]);
  assertEquals(ssf.parentId, ssfExportSpan({ ...span, spanId: "free text" }, losses).id);
  assertEquals(ssf.tags["trace.original_trace_id"], span.traceId);
  assertEquals(ssf.tags["trace.original_parent_id"], "free text");
  assertEquals(losses.changed, { id: 2 });
});

Deno.test("a span that SSF has no form for gets one that says what it was", () => {
  const losses = { dropped: {}, changed: {} };
  const ssf = ssfExportSpan(
    sampleSpan({
      name: "",
      startTimeUnixNano: 0n,
      endTimeUnixNano: undefined,
      state: "unfinished",
    }),
    losses,
  );
  assertEquals([ssf.name, ssf.startTimestamp, ssf.endTimestamp], ["(unnamed)", 1n, 1n]);
  assertEquals(ssf.tags["trace.state"], "unfinished");
  assertEquals(ssf.tags["trace.start_time_unix_nano"], "0");
  assertEquals(losses.changed, { id: 1, time_out_of_range: 1, no_end_time: 1, no_name: 1 });
});

Deno.test("a span of SSF is written as it is", () => {
  const losses = { dropped: {}, changed: {} };
  const span = sampleSpan({
    traceId: "1",
    spanId: "2",
    kind: "internal",
    startTimeUnixNano: BASE_NANO,
    service: "shop",
    error: true,
  });
  assertEquals(ssfExportSpan(span, losses), spanToSsfSpan(span)!);
  assertEquals(losses, { dropped: {}, changed: {} });
});
