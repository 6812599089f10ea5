import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { McpSources } from "../../src/cli/mcp_sources.ts";
import { createCapturedIo } from "../testing/captured_io.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

const signal = new AbortController().signal;

function spanLines(count: number): string {
  return Array.from(
    { length: count },
    (_, id) =>
      `{"id":"s${id}","trace_id":"t${id}","name":"a","kind":"function","start_time":"2026-03-11T10:00:00Z"}\n`,
  )
    .join("");
}

function sourcesIn(
  folder: string,
  options: { names?: string[]; maxSpans?: number } = {},
): McpSources {
  const { names = [], maxSpans = 1000 } = options;
  const io = createCapturedIo({ env: { XDG_RUNTIME_DIR: folder } });
  return new McpSources(io, { names, maxSpans });
}

Deno.test("a file is read once, by whatever path it is named, and again when it has changed", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/a.jsonl`;
    await Deno.writeTextFile(path, spanLines(2));
    using sources = sourcesIn(folder, { names: [path] });
    const [first, second] = await Promise.all([
      sources.open(undefined, signal),
      sources.open(`${folder}/./a.jsonl`, signal),
    ]);
    assertStrictEquals(first, second);
    assertEquals(first.traces.spanCount, 2);
    await Deno.writeTextFile(path, spanLines(3));
    assertEquals((await sources.open(path, signal)).traces.spanCount, 3);
    // What was given out stays as it was.
    assertEquals(first.traces.spanCount, 2);
  }));

Deno.test("what was used longest ago goes when there is no room", () =>
  inTemporaryFolder(async (folder) => {
    using sources = sourcesIn(folder, { maxSpans: 5 });
    const paths = ["a", "b", "c"].map((name) => `${folder}/${name}.jsonl`);
    for (const path of paths) await Deno.writeTextFile(path, spanLines(2));
    const a = await sources.open(paths[0], signal);
    const b = await sources.open(paths[1], signal);
    assertStrictEquals(await sources.open(paths[0], signal), a);
    await sources.open(paths[2], signal);
    assertStrictEquals(await sources.open(paths[0], signal), a);
    assert(await sources.open(paths[1], signal) !== b);
  }));

Deno.test("a file that is larger than the memory keeps its newest traces, and counts the others", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/a.jsonl`;
    await Deno.writeTextFile(path, spanLines(12));
    using sources = sourcesIn(folder, { maxSpans: 10 });
    const { traces } = await sources.open(path, signal);
    assertEquals([traces.spanCount, traces.droppedSpans], [10, { trace_evicted: 2 }]);
    assertEquals(traces.entryAt(0)?.traceId, "t2");
  }));

Deno.test("a file that cannot be read is tried again at the next call", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/a.jsonl`;
    await Deno.writeTextFile(path, "nothing of a trace");
    using sources = sourcesIn(folder);
    await assertRejects(() => sources.open(path, signal), Error, "no known trace format");
    await Deno.writeTextFile(path, spanLines(1));
    assertEquals((await sources.open(path, signal)).traces.spanCount, 1);
  }));

Deno.test("of several sources that were named none is the default", () =>
  inTemporaryFolder(async (folder) => {
    using named = sourcesIn(folder, { names: ["a.jsonl", "b.jsonl"] });
    await assertRejects(() => named.open(undefined, signal), Error, "a.jsonl, b.jsonl");
  }));

Deno.test("a folder's trace files are listed by what is in them, not by their names", () =>
  inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/spans.json`, spanLines(1));
    await Deno.writeTextFile(`${folder}/package.json`, "{}");
    await Deno.writeTextFile(`${folder}/notes.txt`, spanLines(1));
    await Deno.mkdir(`${folder}/folder.json`);
    using sources = sourcesIn(folder);
    // Whatever else runs on this machine.
    const listed = (await sources.list(folder)).filter(({ type }) => type === "file");
    assertEquals(listed.map(({ name, title, byteCount }) => [name, title, byteCount]), [
      [`${folder}/spans.json`, "span-lines", spanLines(1).length],
    ]);
  }));
