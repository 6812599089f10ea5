import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { IndexedRecording } from "../../src/cli/indexed_recording.ts";
import { McpSources } from "../../src/cli/mcp_sources.ts";
import { RecordingWriter } from "../../src/recording/recording_writer.ts";
import type { Tool } from "../../src/mcp/tool.ts";
import { TOOLS } from "../../src/mcp/tools.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { makeSpan } from "../assemble/_make_span.ts";
import { createCapturedIo } from "../testing/captured_io.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

const signal = new AbortController().signal;

/** Records 300 traces whose spans overlap in the file. */
async function record(path: string): Promise<void> {
  const writer = await RecordingWriter.open(path);
  for (let from = 0; from < 300; from += 10) {
    let text = "";
    for (let span = 0; span < 8; span++) {
      for (let trace = from; trace < from + 10; trace++) {
        text += encodeSpanLine(makeSpan(`s${span}`, {
          traceId: `t${trace}`,
          parentId: span === 0 ? undefined : "s0",
          kind: span === 0 ? "http" : "sql",
          name: span === 0 ? "GET /" : "SQL Query",
          at: trace + span / 100,
          ms: span === 0 ? 5 + trace % 7 : 0.5,
          attrs: span === 0
            ? { status: trace % 50 === 0 ? "500" : "200" }
            : { query: `SELECT ${span} /* größe ${"x".repeat(trace)} */` },
        }));
      }
    }
    writer.write({ lines: new TextEncoder().encode(text), spanCount: 80 });
    await writer.ready;
  }
  await writer.close();
}

/** What every tool answers about a file. */
async function answers(path: string, indexedFromBytes: number): Promise<string[]> {
  const io = createCapturedIo();
  using catalog = new McpSources(io, { names: [path], maxSpans: 100_000, indexedFromBytes });
  const calls: [string, Record<string, unknown>][] = [
    ["search_traces", { sort: "slowest" }],
    ["search_traces", { query: "error", sort: "errors" }],
    ["search_traces", { query: "{ root } >> { kind = sql } | count() > 6", offset: 40 }],
    ["stats", {}],
    ["n_plus_one", {}],
    ["trace_outline", { trace_id: "t123" }],
    ["critical_path", { trace_id: "t299" }],
    ["span_details", { trace_id: "t50", span_id: "s0" }],
  ];
  const texts: string[] = [];
  for (const [name, args] of calls) {
    const tool = TOOLS.find((each) => each.name === name) as Tool;
    const parsed = tool.input.parse(args);
    texts.push(await tool.run(parsed, { catalog, signal, onProgress: () => {} }));
  }
  const { keptSpanCount } = await catalog.open(path, signal);
  assertEquals(keptSpanCount, indexedFromBytes === 0 ? 0 : 2400);
  return texts;
}

Deno.test("tools answer the same whether a recording is in memory or stays in its file", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/run.jsonl`;
    await record(path);
    assertEquals(await answers(path, 0), await answers(path, Infinity));
    // Killed: the last section has no checkpoint.
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.slice(0, text.lastIndexOf('{"checkpoint"')));
    assertEquals(await answers(path, 0), await answers(path, Infinity));
  }));

/** Opens a recording and indexes all of it. */
async function indexed(path: string): Promise<IndexedRecording> {
  const recording = await IndexedRecording.open(path) as IndexedRecording;
  for await (const _turn of recording.fill(signal));
  return recording;
}

const SPAN = '{"id":"a","trace_id":"t","name":"n","kind":0,"start_time":"2026-03-11T10:00:00Z"';

Deno.test("what is no recording of this program, or packed, is not indexed", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/run.jsonl`;
    await record(`${path}.gz`);
    assertEquals(await IndexedRecording.open(`${path}.gz`), undefined);
    await Deno.writeTextFile(path, `${SPAN}}\n`);
    assertEquals(await IndexedRecording.open(path), undefined);
    await assertRejects(() => IndexedRecording.open(`${folder}/nope`), Error, "no such file");
  }));

Deno.test("spans in spans that somebody wrote behind a recording are found, each in its own trace", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/run.jsonl`;
    await record(path);
    const inner = SPAN.replace('"a"', '"b"');
    const other = SPAN.replace('"t"', '"other"');
    await Deno.writeTextFile(path, `${SPAN},"children":[${inner}},${other}}]}\n`, { append: true });
    using recording = await indexed(path);
    const { traces } = recording;
    assertEquals(traces.spanCount, 2403);
    assertEquals(traces.trace("t")?.nodes.map(({ span }) => span.spanId), ["a", "b"]);
    assertEquals([...traces.spansOf("other")].map(({ spanId }) => spanId), ["a"]);
    assertEquals(traces.entryOf("t")?.spanCount, 2);
  }));

Deno.test("lines between damaged ones are found, though they do not stand in the file like this", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/run.jsonl`;
    await record(path);
    await Deno.writeTextFile(path, `${SPAN}}\r\nwhat?\n${SPAN.replace('"t"', '"u"')}}\n`, {
      append: true,
    });
    using recording = await indexed(path);
    assertEquals(recording.traces.trace("t")?.nodes.length, 1);
    assertEquals(recording.traces.trace("u")?.nodes.length, 1);
    assertEquals(recording.notices.length, 1);
  }));

Deno.test("traces can be read while the recording is being indexed", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/run.jsonl`;
    const writer = await RecordingWriter.open(path);
    const padding = "x".repeat(2_000);
    for (let trace = 0; trace < 20_000; trace += 1_000) {
      let text = "";
      for (let at = trace; at < trace + 1_000; at++) {
        text += encodeSpanLine(makeSpan("s", { traceId: `t${at}`, ms: 1, attrs: { padding } }));
      }
      writer.write({ lines: new TextEncoder().encode(text), spanCount: 1_000 });
      await writer.ready;
    }
    await writer.close();
    using recording = await IndexedRecording.open(path) as IndexedRecording;
    assertEquals([recording.traces.traceCount, recording.progress], [0, 0]);
    let turns = 0;
    for await (const _turn of recording.fill(signal)) {
      if (turns++ > 0) continue;
      assert(recording.progress < 1);
      assertEquals(recording.traces.trace("t0")?.nodes.length, 1);
    }
    assert(turns > 1);
    assertEquals([recording.traces.traceCount, recording.progress], [20_000, 1]);
    assertEquals(recording.traces.trace("t19999")?.rootSpan.attributes.padding, padding);
  }));

Deno.test("a closed recording is opened again, and one that was replaced is told", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/run.jsonl`;
    await record(path);
    using recording = await indexed(path);
    const { traces } = recording;
    assertEquals(traces.trace("t1")?.nodes.length, 8);
    recording[Symbol.dispose]();
    assertEquals(traces.trace("t2")?.nodes.length, 8);
    recording[Symbol.dispose]();
    await Deno.rename(path, `${path}.old`);
    await Deno.copyFile(`${path}.old`, path);
    assertThrows(() => traces.trace("t3"), Error, "has changed while it was read");
  }));
