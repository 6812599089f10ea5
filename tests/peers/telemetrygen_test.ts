import { assertEquals, assertMatch } from "@std/assert";
import { startTraceCollect } from "../../scripts/start_collector.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { forPeer } from "./_peers.ts";
import { viewSpans } from "./_spans.ts";

const telemetrygen = await forPeer("telemetrygen");
const program = telemetrygen.ok ? telemetrygen.path : "";

/** All spans fit into its queue, beyond which it drops some itself. */
const TRACES = 200;
const CHILDREN = 3;

for (const protocol of ["gRPC", "HTTP"]) {
  Deno.test({
    name: `what telemetrygen sends over ${protocol} is counted and recorded exactly`,
    ignore: !telemetrygen.ok,
    fn: () =>
      inTemporaryFolder(async (folder) => {
        const out = `${folder}/out.jsonl`;
        await using collector = await startTraceCollect(folder, [
          ...["--out", out, "--otlp-http", "127.0.0.1:0", "--otlp-grpc", "127.0.0.1:0"],
        ]);
        const isHttp = protocol === "HTTP";
        const address = String(collector.ready[isHttp ? "otlp_http" : "otlp_grpc"]);
        const { code } = await new Deno.Command(program, {
          args: [
            ...["traces", "--otlp-insecure", "--otlp-endpoint", address, "--rate", "0"],
            ...["--traces", String(TRACES), "--child-spans", String(CHILDREN), "--workers", "2"],
            ...["--service", "größe", "--status-code", "Error"],
            ...["--otlp-attributes", 'zone="eu"', "--telemetry-attributes", 'team="shop"'],
            ...(isHttp ? ["--otlp-http"] : []),
          ],
        }).output();
        assertEquals(code, 0);
        const summary = await collector.stop();
        const traces = TRACES * 2;
        const count = traces * (1 + CHILDREN);
        assertEquals(
          ["received", "accepted", "spans", "traces", "recorded"].map((key) => summary?.[key]),
          [count, count, count, traces, count],
        );
        const shown = await viewSpans(out, folder);
        assertEquals([shown.code, shown.stderr, shown.spans.length], [0, "", count]);
        const ids = new Set<string>();
        const roots = new Set<string>();
        for (const span of shown.spans) {
          assertMatch(span.id, /^[0-9a-f]{16}$/);
          assertMatch(span.trace_id, /^[0-9a-f]{32}$/);
          ids.add(span.id);
          const { team } = span.attrs as Record<string, unknown>;
          assertEquals(
            [team, span.resource, span.status],
            ["shop", { "service.name": "größe", zone: "eu" }, { code: "error" }],
          );
          // A parent is shown before its children.
          if (span.parent_id === undefined) roots.add(span.id);
          else assertEquals(roots.has(String(span.parent_id)), true);
        }
        assertEquals([ids.size, roots.size], [count, traces]);
      }),
  });
}
