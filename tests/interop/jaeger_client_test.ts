import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { collectedSpans } from "../testing/collected_spans.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

const program = fileURLToPath(new URL("./jaeger_js/main.cjs", import.meta.url));
const packages = ["jaeger-client@3.19.0", "opentracing@0.14.7"];

/** What the program printed; the start is in milliseconds. */
interface Printed {
  readonly start: number;
  readonly ids: readonly { readonly traceId: string; readonly spanId: string }[];
}

Deno.test("a trace that Jaeger's own client posted is read with its types, logs and references", () =>
  inTemporaryFolder(async (folder) => {
    const sent = await collectedSpans(program, packages, folder);
    if (sent === undefined) return;
    const { start, ids } = sent.output as Printed;
    const { spans, summary } = sent;
    assertEquals([summary.received, summary.accepted, spans.length], [3, 3, 3]);
    const [child, root, other] = spans;
    const [otherIds, rootIds, childIds] = ids.map((each) => [
      each.traceId.padStart(32, "0"),
      each.spanId.padStart(16, "0"),
    ]);
    assertEquals([other.traceId, other.spanId], otherIds);
    assertEquals([root.traceId, root.spanId, root.parentId], [...rootIds, undefined]);
    assertEquals([child.traceId, child.spanId, child.parentId], [...childIds, root.spanId]);
    const nano = (millis: number): bigint => BigInt(start + millis) * 1_000_000n;
    assertEquals(spans.map((span) => [span.startTimeUnixNano, span.endTimeUnixNano]), [
      [nano(2), nano(10)],
      [nano(1), nano(20)],
      [nano(0), nano(30)],
    ]);
    assertEquals([root.name, root.kind, root.service], ["GET /", "server", "größe"]);
    assertEquals(root.status, { code: "error" });
    assertEquals(root.attributes["http.status_code"], 500);
    assertEquals(root.attributes.ratio, 0.25);
    assertEquals(root.attributes.ok, true);
    assertEquals([root.resource?.version, root.resource?.shards], ["1.2", 3]);
    assert(typeof root.resource?.hostname === "string");
    assertEquals(
      child.events?.map(({ timeUnixNano, name, attributes }) => ({
        timeUnixNano,
        name,
        attributes: { ...attributes },
      })),
      [
        { timeUnixNano: nano(3), name: "retry", attributes: { attempt: 2 } },
        { timeUnixNano: nano(4), name: "gave up", attributes: { message: "gave up" } },
      ],
    );
    assertEquals(
      child.links?.map(({ traceId, spanId, attributes }) => [
        traceId,
        spanId,
        attributes["opentracing.ref_type"],
      ]),
      [[other.traceId, other.spanId, "follows_from"]],
    );
  }));
