import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { startCollector, startTraceCollect } from "../../scripts/start_collector.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { buildProgram } from "./_go_programs.ts";

const client = await buildProgram("go_client");
const program = client.ok ? client.path : "";

/** What `go_client send` sends, in the order in which the spans end. */
const SPANS = [
  String
    .raw`{"id":"a3","trace_id":"t1","parent_id":"a2","name":"SQL Query","kind":"sql","start_time":"2026-03-11T10:00:00.2Z","end_time":"2026-03-11T10:00:00.21Z","attrs":{"":"empty key","__proto__":"plain","error":"bad byte \ufffd(","query":"SELECT \"x\"\n\tFROM ${"`t`"} WHERE a < 1 AND b = 'O''Brien' -- \\ \u0001 \u2029"}}`,
  String
    .raw`{"id":"a2","trace_id":"t1","parent_id":"a1","name":"Bad \ufffd\ufffd UTF-8","kind":"function","start_time":"2026-03-11T10:00:00.12345679Z","end_time":"2026-03-11T19:00:00.220000001+09:00"}`,
  String
    .raw`{"id":"a1","trace_id":"t1","name":"GET /größe/日本?a=1&b=<2> \u2028 🚀","kind":"http","start_time":"2026-03-11T19:00:00.123456789+09:00","end_time":"2026-03-11T19:00:00.999999999+09:00","attrs":{"method":"GET","path":"/größe/日本?a=1&b=<2>","status":"200"}}`,
  String
    .raw`{"id":"b1","trace_id":"t2","name":"whole second","kind":7,"start_time":"2026-03-11T10:00:00Z","end_time":"2026-03-11T19:00:01+09:00"}`,
];

/** The same JSON whatever was escaped; text, because a key `__proto__` must be compared too. */
function canonical(line: string): string {
  return JSON.stringify(JSON.parse(line));
}

async function run(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  assertEquals({ success, stderr: new TextDecoder().decode(stderr) }, {
    success: true,
    stderr: "",
  });
}

Deno.test({
  name: "a Go program's spans are recorded exactly, with their escapes, offsets and nanoseconds",
  ignore: !client.ok,
  fn: () =>
    inTemporaryFolder(async (folder) => {
      const socket = join(folder, "socket");
      const out = join(folder, "out.jsonl");
      await using collector = await startTraceCollect(folder, ["--socket", socket, "--out", out]);
      await run("send", socket);
      const summary = await collector.stop();
      const lines = (await Deno.readTextFile(out)).trimEnd().split("\n");
      assertEquals(
        lines.filter((line) => line.startsWith('{"id"')).map(canonical),
        SPANS.map(canonical),
      );
      assertEquals(
        ["received", "accepted", "spans", "unfinished", "traces"].map((field) => summary?.[field]),
        [8, 8, 4, 0, 2],
      );
    }),
});

Deno.test({
  name: "a Go viewer that asks for nothing decodes what is broadcast into go-trace's Span",
  ignore: !client.ok,
  fn: () =>
    inTemporaryFolder(async (folder) => {
      const socket = join(folder, "socket");
      await using collector = await startTraceCollect(folder, ["--socket", socket]);
      const view = String(collector.ready["view"]);
      await using viewer = await startCollector(program, ["read", view]);
      // Being connected is not being served yet: the viewer gets spans once it gets the first probe.
      let line = viewer.nextLine();
      let isServed = false;
      line.then(() => isServed = true);
      while (!isServed) await run("probe", socket);
      await run("send", socket);
      const seen: string[] = [];
      for (;;) {
        const span = await line;
        if (span?.["name"] !== "probe") seen.push(JSON.stringify(span));
        if (seen.length === SPANS.length) break;
        line = viewer.nextLine();
      }
      const kinds: Record<string, string> = { function: "0", http: "1", sql: "2" };
      assertEquals(
        seen.map(canonical),
        SPANS.map((line) =>
          canonical(line.replace(/"kind":"(\w+)"/, (_, kind) => `"kind":${kinds[kind]}`))
        ),
      );
    }),
});
