import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type CollectorProcess, startTraceCollect } from "../../scripts/start_collector.ts";
import { endLine, startLine } from "../testing/events.ts";
import { sendEvents } from "../testing/send_events.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace } from "../testing/trace_process.ts";

/** Events of this many spans, which are children of one root. */
function eventsOf(count: number): string {
  let events = startLine("root");
  for (let index = 1; index < count; index++) {
    const id = `s${index}`;
    events += startLine(id, { parent_id: "root" }) + endLine(id, { attrs: { index: id } });
  }
  return events + endLine("root");
}

async function viewJson(folder: string, path: string): Promise<string> {
  const { code, stdout, stderr } = await runTrace(["view", "--json", path], { folder });
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

/** Starts a collector with folders of its own. */
async function collect(folder: string, ...options: string[]): Promise<CollectorProcess> {
  await Deno.mkdir(folder, { recursive: true });
  return await startTraceCollect(folder, options);
}

Deno.test("what is collected is handed on, and both recordings hold the same", () =>
  inTemporaryFolder(async (folder) => {
    const [first, second] = [`${folder}/first.jsonl`, `${folder}/second.jsonl`];
    await using target = await collect(`${folder}/b`, "--out", second);
    await using source = await collect(
      `${folder}/a`,
      ...["--out", first, "--forward", `unix://${target.ready.socket}`],
    );
    await sendEvents(source.ready.socket as string, eventsOf(3000));
    const { forward } = await source.stop() as { forward: Record<string, unknown>[] };
    assertEquals(forward, [{
      url: `unix://${target.ready.socket}`,
      received: 3000,
      sent: 3000,
      queued: 0,
      rejected: {},
      dropped: {},
    }]);
    assertEquals((await target.stop())?.spans, 3000);
    assertEquals(await viewJson(folder, second), await viewJson(folder, first));
  }));

Deno.test("what is collected is handed on to a Zipkin server", () =>
  inTemporaryFolder(async (folder) => {
    await using target = await collect(`${folder}/b`, "--zipkin", "127.0.0.1:0");
    const url = `zipkin+http://${target.ready.zipkin}`;
    await using source = await collect(`${folder}/a`, "--forward", url);
    await sendEvents(source.ready.socket as string, eventsOf(3000));
    const { forward } = await source.stop() as { forward: Record<string, unknown>[] };
    assertEquals([forward[0].sent, forward[0].rejected], [3000, {}]);
    const summary = await target.stop();
    assertEquals([summary?.spans, summary?.rejected], [3000, {}]);
  }));

Deno.test("what a receiver that is down could not get, it gets from the next session", () =>
  inTemporaryFolder(async (folder) => {
    const socket = `${folder}/target.sock`;
    const options = ["--forward", `unix://${socket}`];
    const state = Deno.env.get("XDG_STATE_HOME");
    Deno.env.set("XDG_STATE_HOME", `${folder}/state`);
    try {
      await using source = await collect(`${folder}/a`, ...options);
      await sendEvents(source.ready.socket as string, eventsOf(500));
      const summary = await source.stop() as { forward: { queued: number; sent: number }[] };
      assertEquals([summary.forward[0].queued, summary.forward[0].sent], [500, 0]);

      await using target = await collect(`${folder}/b`, "--socket", socket);
      await using next = await collect(`${folder}/c`, ...options);
      const later = await next.stop() as { forward: { queued: number; sent: number }[] };
      assertEquals([later.forward[0].queued, later.forward[0].sent], [0, 500]);
      assertEquals((await target.stop())?.spans, 500);
      assertEquals(await Array.fromAsync(Deno.readDir(`${folder}/state/trace/forward`)), []);
    } finally {
      if (state === undefined) Deno.env.delete("XDG_STATE_HOME");
      else Deno.env.set("XDG_STATE_HOME", state);
    }
  }));

Deno.test("a receiver that cannot be forwarded to is wrong usage, and says what can", () =>
  inTemporaryFolder(async (folder) => {
    const url = "localhost:4318";
    const { code, stderr } = await runTrace(["collect", "--forward", url], { folder });
    assertEquals(code, 2);
    assert(stderr.includes(url), stderr);
    assertStringIncludes(stderr.toLowerCase(), "otlp");
  }));
