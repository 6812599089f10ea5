import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type IndexedRecording, indexRecording } from "../../src/cli/indexed_recording.ts";
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

Deno.test("what is no recording, or has spans in spans, is not indexed", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/run.jsonl`;
    await record(`${path}.gz`);
    assertEquals(await indexRecording(`${path}.gz`, signal), undefined);
    const span = '{"id":"a","trace_id":"t","name":"n","kind":0,"start_time":"2026-03-11T10:00:00Z"';
    await Deno.writeTextFile(path, `${span}}\n`);
    assertEquals(await indexRecording(path, signal), undefined);
    await record(`${folder}/own.jsonl`);
    const children = `${span},"children":[${span.replace('"a"', '"b"')}}]}\n`;
    await Deno.writeTextFile(`${folder}/own.jsonl`, children, { append: true });
    assertEquals(await indexRecording(`${folder}/own.jsonl`, signal), undefined);
    await assertRejects(() => indexRecording(`${folder}/nope`, signal), Error, "no such file");
  }));

Deno.test("a closed recording is opened again, and one that was replaced is told", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/run.jsonl`;
    await record(path);
    using indexed = await indexRecording(path, signal) as IndexedRecording;
    assertEquals(indexed.traces.trace("t1")?.nodes.length, 8);
    indexed[Symbol.dispose]();
    assertEquals(indexed.traces.trace("t2")?.nodes.length, 8);
    indexed[Symbol.dispose]();
    await Deno.rename(path, `${path}.old`);
    await Deno.copyFile(`${path}.old`, path);
    assertThrows(() => indexed.traces.trace("t3"), Error, "has changed while it was read");
  }));
