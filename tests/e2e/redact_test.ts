import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startTraceCollect } from "../../scripts/start_collector.ts";
import { endLine, startLine } from "../testing/events.ts";
import { sendEvents } from "../testing/send_events.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace } from "../testing/trace_process.ts";

const OTHERS_OFF = ["--otlp-grpc", "off", "--zipkin", "off"];
const RULES = ["--redact", "remove:http.request.header.*", "--redact", "hash:user.id"];

Deno.test("what --redact names is neither recorded, nor shown, nor handed on", () =>
  inTemporaryFolder(async (folder) => {
    const next = `${folder}/next.jsonl`;
    const receiverFolder = `${folder}/next`;
    await Deno.mkdir(receiverFolder);
    await using receiver = await startTraceCollect(receiverFolder, [
      ...["--out", next, "--otlp-http", "127.0.0.1:0", ...OTHERS_OFF],
    ]);
    const out = `${folder}/out.jsonl`;
    await using collector = await startTraceCollect(folder, [
      ...["--out", out, "--otlp-http", "127.0.0.1:0", ...OTHERS_OFF, ...RULES],
      ...["--forward", `http://${receiver.ready.otlp_http}`],
    ]);
    const attrs = { "user.id": "4711-secret", "kept": "yes" };
    await sendEvents(
      collector.ready.socket as string,
      startLine("done") + endLine("done", { attrs }),
    );
    const attributes = [
      { key: "http.request.header.cookie", value: { stringValue: "c00kie-secret" } },
      { key: "user.id", value: { stringValue: "4711-secret" } },
    ];
    const span = {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      name: "hangs",
      startTimeUnixNano: "1000000000",
      attributes,
    };
    const resource = { attributes: [attributes[0]] };
    const response = await fetch(`http://${collector.ready.otlp_http}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }),
    });
    assertEquals(response.status, 200);
    await response.body?.cancel();

    // One span is over, the other one runs.
    const shown = await runTrace(["view", "--no-follow", "--json"], { folder });
    assertStringIncludes(shown.stdout, '"hangs"');
    assertStringIncludes(shown.stdout, '"kept":"yes"');
    const summary = await collector.stop();
    await receiver.stop();
    const recorded = await Deno.readTextFile(out);
    const forwarded = await Deno.readTextFile(next);
    for (const text of [shown.stdout, recorded, forwarded]) {
      assert(!text.includes("secret"), text);
      assertMatch(text, /"user\.id":"hash:[0-9a-f]{16}"/);
    }
    assertEquals(summary?.redacted, { "remove:http.request.header.*": 2, "hash:user.id": 2 });
  }));

Deno.test("without --redact the summary says nothing of it, and a wrong rule is wrong usage", () =>
  inTemporaryFolder(async (folder) => {
    const collector = await startTraceCollect(folder, ["--otlp-http", "off", ...OTHERS_OFF]);
    assertEquals((await collector.stop())?.redacted, undefined);
    const { code, stderr } = await runTrace(["collect", "--redact", "mask:x"], { folder });
    assertEquals(code, 2);
    assertStringIncludes(stderr, "write remove:NAME or hash:NAME");
  }));
