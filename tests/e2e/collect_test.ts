import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type CollectorProcess, startTraceCollect } from "../../scripts/start_collector.ts";
import { endLine, seededRandom, startLine } from "../testing/events.ts";
import { sendEvents } from "../testing/send_events.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace } from "../testing/trace_process.ts";

interface RecordedSpan {
  readonly id: string;
  readonly [field: string]: unknown;
}

async function readSpans(path: string): Promise<RecordedSpan[]> {
  const lines = (await Deno.readTextFile(path)).split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line)).filter((line) => "id" in line);
}

/** Spans as `trace view --json` shows them. */
async function viewSpans(
  path: string,
  folder: string,
  mayHaveNotices = false,
): Promise<RecordedSpan[]> {
  const { code, stdout, stderr } = await runTrace(["view", path, "--json"], { folder });
  assertEquals([code, mayHaveNotices ? "" : stderr], [0, ""]);
  return stdout.split("\n").slice(0, -1).flatMap((line) => JSON.parse(line).spans);
}

function assertBalanced(summary: Record<string, unknown> = {}): void {
  assertEquals(summary.event, "summary");
  const sum = [summary.rejected, summary.dropped]
    .flatMap((counts) => Object.values(counts as Record<string, number>))
    .reduce((a, b) => a + b, 0);
  assertEquals(summary.received, summary.accepted as number + sum);
}

Deno.test("what real programs sent is collected, recorded and viewed, exact to the nanosecond", () =>
  inTemporaryFolder(async (folder) => {
    const out = `${folder}/out.jsonl`;
    const collector = await startTraceCollect(folder, ["--socket", `${folder}/s`, "--out", out]);
    assertEquals(
      [collector.ready.event, collector.ready.pid, collector.ready.socket, collector.ready.out],
      ["ready", collector.pid, `${folder}/s`, out],
    );
    const fixture = new URL("../fixtures/gotrace_events.jsonl", import.meta.url);
    await sendEvents(`${folder}/s`, await Deno.readFile(fixture));
    const summary = await collector.stop();
    assertEquals(
      [summary?.received, summary?.accepted, summary?.spans, summary?.traces, summary?.recorded],
      [10, 10, 5, 3, 5],
    );
    assertBalanced(summary);
    const recorded = await readSpans(out);
    const viewed = await viewSpans(out, folder);
    assertEquals(viewed.map((span) => span.id), [
      "00000000000000a1",
      "00000000000000a2",
      "00000000000000a3",
      "00000000000000b1",
      "00000000000000c1",
    ]);
    // What a viewer prints is what the recording holds, to the letter of each time.
    const byId = new Map(recorded.map((span) => [span.id, span]));
    for (const span of viewed) assertEquals(span, byId.get(span.id));
  }));

Deno.test("each way to ask it to stop drains what was sent and removes the sockets", async () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    await inTemporaryFolder(async (folder) => {
      const out = `${folder}/out.jsonl`;
      const collector = await startTraceCollect(folder, ["--out", out]);
      const socket = collector.ready.socket as string;
      using connection = await Deno.connect({ transport: "unix", path: socket });
      const text = Array.from({ length: 500 }, (_, id) => startLine(`${id}`) + endLine(`${id}`));
      await connection.write(new TextEncoder().encode(text.join("") + startLine("open")));
      const began = performance.now();
      Deno.kill(collector.pid, signal);
      const summary = await collector.nextLine();
      assertEquals([summary?.spans, summary?.unfinished, summary?.recorded], [500, 1, 501]);
      assertBalanced(summary);
      await collector.stop();
      assert(performance.now() - began < 2000, "it took more than 2 s to stop");
      const left = [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
      assertEquals(left, ["out.jsonl", "trace"]);
      assertEquals([...Deno.readDirSync(`${folder}/trace`)], []);
      assertEquals((await readSpans(out)).at(-1)?.unfinished, true);
    });
  }
});

Deno.test("sessions are private: folder 0700, sockets and files for this user alone", () =>
  inTemporaryFolder(async (folder) => {
    await using collector = await startTraceCollect(folder, []);
    const mode = (path: string): number => (Deno.lstatSync(path).mode ?? 0) & 0o777;
    assertEquals(mode(`${folder}/trace`), 0o700);
    assertEquals(mode(collector.ready.socket as string), 0o600);
    assertEquals(mode(collector.ready.view as string), 0o600);
  }));

Deno.test("a session folder that others could write to is refused", () =>
  inTemporaryFolder(async (folder) => {
    await Deno.mkdir(`${folder}/trace`);
    await Deno.chmod(`${folder}/trace`, 0o777);
    const { code, stderr } = await runTrace(["collect"], { folder });
    assertEquals(code, 1);
    assertStringIncludes(stderr, "can be written by other users");
  }));

Deno.test("whatever is at the socket path stays, and the error says so", () =>
  inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "precious");
    const file = await runTrace(["collect", "--socket", `${folder}/file`], { folder });
    assertEquals(file.code, 1);
    assertStringIncludes(file.stderr, `"${folder}/file": it is a file`);
    assertEquals(await Deno.readTextFile(`${folder}/file`), "precious");
    await using _first = await startTraceCollect(folder, ["--socket", `${folder}/s`]);
    const second = await runTrace(["collect", "--socket", `${folder}/s`], { folder });
    assertEquals(second.code, 1);
    assertStringIncludes(second.stderr, "another process is listening there");
    await Deno.writeTextFile(`${folder}/notes.txt`, "not a recording");
    const out = await runTrace(["collect", "--out", `${folder}/notes.txt`], { folder });
    assertEquals(out.code, 1);
    assertStringIncludes(out.stderr, "notes.txt");
    assertEquals(await Deno.readTextFile(`${folder}/notes.txt`), "not a recording");
  }));

Deno.test("killed at any moment, a recording holds a prefix and loses at most a flush interval", async () => {
  const random = seededRandom(Date.now());
  for (let round = 0; round < 20; round++) {
    await inTemporaryFolder(async (folder) => {
      const out = `${folder}/out.jsonl`;
      const collector = await startTraceCollect(folder, ["--socket", `${folder}/s`, "--out", out]);
      const sentAt = await sendUntilKilled(collector, `${folder}/s`, 300 + random() * 700);
      const killedAt = performance.now();
      // A write that the kill has cut leaves half a line, which the viewer tells of.
      const spans = await viewSpans(out, folder, true);
      // Each is a span that was sent, whole; and they are the first ones, without a gap.
      const ids = spans.map((span) => Number(span.id)).sort((a, b) => a - b);
      assertEquals(ids, [...ids.keys()]);
      for (const span of spans) {
        assertEquals(span.end_time, "2026-03-11T10:00:01Z");
        assertEquals(span.name, `span ${span.id}`);
      }
      const expected = sentAt.filter((time) => time < killedAt - LOSS_MS).length;
      assert(
        ids.length >= expected,
        `round ${round}: ${ids.length} recorded, ${expected} were sent ${LOSS_MS} ms before the kill`,
      );
    });
  }
});

/** A flush interval of 250 ms, and time for a busy machine to write it. */
const LOSS_MS = 500;

/** Sends numbered spans until the collector is killed; returns when each was sent. */
async function sendUntilKilled(
  collector: CollectorProcess,
  socket: string,
  afterMs: number,
): Promise<number[]> {
  const sentAt: number[] = [];
  using connection = await Deno.connect({ transport: "unix", path: socket });
  const killAt = performance.now() + afterMs;
  while (performance.now() < killAt) {
    let text = "";
    for (let count = 0; count < 20; count++) {
      const id = String(sentAt.length);
      text += startLine(id) + endLine(id);
      sentAt.push(performance.now());
    }
    await connection.write(new TextEncoder().encode(text));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  Deno.kill(collector.pid, "SIGKILL");
  await collector.stop();
  return sentAt;
}

Deno.test("a new session cleans up after a killed one and takes its socket", () =>
  inTemporaryFolder(async (folder) => {
    const killed = await startTraceCollect(folder, ["--socket", `${folder}/s`]);
    Deno.kill(killed.pid, "SIGKILL");
    await killed.stop();
    assert(Deno.lstatSync(`${folder}/s`).isSocket);
    await using next = await startTraceCollect(folder, ["--socket", `${folder}/s`]);
    const left = [...Deno.readDirSync(`${folder}/trace`)].map((entry) => entry.name).sort();
    assertEquals(left, [`${next.pid}.json`, `${next.pid}.view.sock`]);
  }));

Deno.test("a recording on a full disk loses spans, says so, and the session goes on", {
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
}, () =>
  inTemporaryFolder(async (folder) => {
    const disk = `${folder}/disk`;
    await Deno.mkdir(disk);
    if (!await mount(disk, "size=1m")) return console.log("skipped: cannot mount a tmpfs here");
    try {
      const out = `${disk}/out.jsonl`;
      const collector = await startTraceCollect(folder, ["--socket", `${folder}/s`, "--out", out]);
      const count = 20_000;
      for (let from = 0; from < count; from += 1000) {
        let text = "";
        for (let id = from; id < from + 1000; id++) text += startLine(`${id}`) + endLine(`${id}`);
        await sendEvents(`${folder}/s`, text);
      }
      const summary = await collector.stop();
      assertBalanced(summary);
      assertEquals(summary?.spans, count);
      const lost = (summary?.not_recorded as Record<string, number>).disk_full;
      assert(lost > 0);
      assertEquals(summary?.recorded as number + lost, count);
      assertEquals((await viewSpans(out, folder, true)).length, summary?.recorded);
    } finally {
      await new Deno.Command("umount", { args: [disk] }).output();
    }
  }));

async function mount(path: string, options: string): Promise<boolean> {
  const args = ["-t", "tmpfs", "-o", options, "tmpfs", path];
  return (await new Deno.Command("mount", { args }).output()).success;
}

Deno.test("starts that never end leave memory flat, and every one is accounted for", () =>
  inTemporaryFolder(async (folder) => {
    const collector = await startTraceCollect(folder, ["--socket", `${folder}/s`]);
    const count = 1_000_000;
    using connection = await Deno.connect({ transport: "unix", path: `${folder}/s` });
    for (let from = 0; from < count; from += 10_000) {
      let text = "";
      for (let id = from; id < from + 10_000; id++) {
        text +=
          `{"type":0,"span_id":"${id}","trace_id":"t","name":"leak","kind":0,"time":"2026-03-11T10:00:00Z"}\n`;
      }
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    }
    connection.close();
    const status = Deno.build.os === "linux"
      ? await Deno.readTextFile(`/proc/${collector.pid}/status`)
      : "";
    const summary = await collector.stop();
    assertEquals([summary?.received, summary?.unfinished, summary?.spans], [count, count, 0]);
    assertBalanced(summary);
    const peakMb = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    assert(peakMb < 256, `${peakMb} MB`);
  }));

Deno.test("--for stops by itself", () =>
  inTemporaryFolder(async (folder) => {
    const { code, stdout } = await runTrace([
      "collect",
      "--for",
      "100ms",
      "--json",
      "--otlp-http",
      "off",
    ], { folder });
    assertEquals(code, 0);
    assertEquals(stdout.trimEnd().split("\n").map((line) => JSON.parse(line).event), [
      "ready",
      "summary",
    ]);
  }));

Deno.test("limits can be set, and what is beyond them is counted", () =>
  inTemporaryFolder(async (folder) => {
    const limits = ["--max-line", "1KiB", "--max-connections", "1", "--max-open-spans", "2"];
    const collector = await startTraceCollect(folder, ["--socket", `${folder}/s`, ...limits]);
    using connection = await Deno.connect({ transport: "unix", path: `${folder}/s` });
    const long = startLine("long", { name: "x".repeat(2000) });
    const text = long + startLine("a") + startLine("b") + startLine("c");
    await connection.write(new TextEncoder().encode(text));
    using refused = await Deno.connect({ transport: "unix", path: `${folder}/s` });
    assertEquals(await refused.read(new Uint8Array(1)), null);
    const summary = await collector.stop();
    assertEquals(summary?.rejected, { too_long: 1 });
    assertEquals([summary?.unfinished, summary?.refused_connections], [3, 1]);
    assertBalanced(summary);
  }));

Deno.test("a session folder with too long a path is passed over", () =>
  inTemporaryFolder(async (folder) => {
    const long = `${folder}/${"x".repeat(100)}`;
    await Deno.mkdir(long);
    const env = { XDG_RUNTIME_DIR: long };
    const { code, stdout } = await runTrace(["collect", "--json", "--for", "10ms"], {
      folder,
      env,
    });
    assertEquals(code, 0);
    const ready = JSON.parse(stdout.split("\n")[0]);
    assertEquals(ready.view.startsWith(`${folder}/trace-`), true);
  }));
