import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAttributes } from "../../src/model/attributes.ts";
import { changeSpan } from "../../src/model/change_span.ts";
import type { Span } from "../../src/model/span.ts";
import { decodeSsfSpan } from "../../src/wire/ssf/decode_ssf_span.ts";
import { SsfFrameReader } from "../../src/wire/ssf/ssf_frame_reader.ts";
import { exportTo } from "../exporters/_export_all.ts";
import { BASE_NANO, manySpans, oddSpans, richSpan, sampleSpan } from "../exporters/sample_spans.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { nodeTool, output, pythonTool, type Tool } from "./_foreign_tools.ts";
import { buildProgram } from "./_go_programs.ts";
import { run } from "./_veneur.ts";

/** Spans as programs send them, with a failure, a span without an end, and awkward text. */
function commonSpans(): Span[] {
  const spans = Array.from(
    manySpans(200),
    (span, index) =>
      changeSpan(span, {
        service: index % 20 < 10 ? "shop" : "größe",
        attributes: createAttributes([["user.id", `u${index}`], ["status", "200"]]),
      }),
  );
  const last = { traceId: spans[0].traceId, parentId: spans[9].spanId, service: "shop" };
  return [
    ...spans,
    sampleSpan({ ...last, spanId: "e1", name: "failed", status: { code: "error", message: "no" } }),
    sampleSpan({ ...last, spanId: "e2", state: "unfinished", endTimeUnixNano: undefined }),
    { ...richSpan(), name: 'ünï "code" | ` <b> :;#' },
  ];
}

/** Odd spans with times that every reader takes. */
function oddButTimely(): Span[] {
  return oddSpans().filter(({ startTimeUnixNano }) => startTimeUnixNano === BASE_NANO);
}

function durationSum(spans: readonly Span[]): bigint {
  return spans.reduce((sum, { startTimeUnixNano, endTimeUnixNano }) => {
    const length = (endTimeUnixNano ?? startTimeUnixNano) - startTimeUnixNano;
    return length < 0n ? sum : sum + length;
  }, 0n);
}

async function write(folder: string, format: string, spans: readonly Span[]): Promise<string> {
  const path = join(folder, `out.${format}`);
  await Deno.writeFile(path, (await exportTo(format, spans)).bytes);
  return path;
}

function beside(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

function skip(tool: Tool): tool is Extract<Tool, { ok: false }> {
  if (!tool.ok) console.log(`skipped: ${tool.reason}`);
  return !tool.ok;
}

const readers = await buildProgram("export_readers");

Deno.test({
  name: "the Collector's unmarshalers and Jaeger's own types read every span of their formats",
  ignore: !readers.ok,
  fn: async () => {
    const spans = [...commonSpans(), ...oddButTimely()];
    for (const format of ["otlp-jsonl", "otlp-json", "otlp-proto", "jaeger"]) {
      const { bytes } = await exportTo(format, spans);
      const program = readers.ok ? readers.path : "";
      const found = JSON.parse(
        new TextDecoder().decode(await run(program, [format], { input: bytes })),
      );
      assertEquals(found.spans, spans.length, format);
      assertEquals(found.names.sort(), spans.map(({ name }) => name.toWellFormed()).sort());
      assert(found.services.includes("größe"));
      if (format === "jaeger") continue;
      // Ends before their starts are kept by OTLP, whose sums wrap around.
      const exact = commonSpans();
      const input = (await exportTo(format, exact)).bytes;
      const { duration } = JSON.parse(
        new TextDecoder().decode(await run(program, [format], { input })),
      );
      assertEquals(BigInt(duration), durationSum(exact));
    }
  },
});

const veneur = await buildProgram("veneur_peer");

Deno.test({
  name: "veneur's own packages read every span of an ssf file",
  ignore: !veneur.ok,
  fn: async () => {
    const spans = [...commonSpans(), ...oddSpans()];
    const { bytes } = await exportTo("ssf", spans);
    const bodies: Uint8Array[] = [];
    const reader = new SsfFrameReader();
    const echoed = await run(veneur.ok ? veneur.path : "", ["echo"], { input: bytes });
    reader.push(echoed, (body) => bodies.push(body.slice()));
    assertEquals([reader.failure, reader.isInsideFrame], [undefined, false]);
    assertEquals(
      bodies.map((body) => decodeSsfSpan(body).name),
      spans.map(({ name }) => name.toWellFormed() || "(unnamed)"),
    );
  },
});

Deno.test("Perfetto's schema knows every field, and its slices are the spans, each in its parent", () =>
  inTemporaryFolder(async (folder) => {
    const tool = await pythonTool(folder, ["perfetto==0.59.1", "protobuf==7.36.2"]);
    if (skip(tool)) return;
    const spans = [...commonSpans(), ...oddButTimely()];
    const path = await write(folder, "perfetto", spans);
    const found = JSON.parse(await tool.run([beside("export_python/perfetto_slices.py"), path]));
    const ended = spans.filter(({ endTimeUnixNano }) => endTimeUnixNano !== undefined);
    assertEquals([found.unknown, found.misplaced], [0, 0]);
    assertEquals([found.slices.length, found.unended], [ended.length, spans.length - ended.length]);
    assertEquals(found.instants, 1);
    assertEquals(found.processes, ["größe", "shop", "trace"]);
    assertEquals(found.clocks, [6, 1]);
    const sum = found.slices.reduce((sum: number, [, , length]: number[]) => sum + length, 0);
    assertEquals(BigInt(sum), durationSum(ended));
  }));

Deno.test("DuckDB answers the same of a parquet and a csv file, to the nanosecond", () =>
  inTemporaryFolder(async (folder) => {
    const tool = await pythonTool(folder, ["duckdb==1.4.4"]);
    if (skip(tool)) return;
    const spans = [...commonSpans(), ...oddButTimely()];
    const files = [await write(folder, "parquet", spans), await write(folder, "csv", spans)];
    const [parquet, csv] = JSON.parse(
      await tool.run([beside("export_python/tables.py"), ...files]),
    );
    assertEquals(parquet.row.slice(0, 3), [
      spans.length,
      new Set(spans.map(({ traceId }) => traceId)).size,
      Number(durationSum(spans)),
    ]);
    assertEquals(parquet.row[4], Number(BASE_NANO));
    assertEquals(parquet.row[6], 200);
    assertEquals(parquet.row[8], Number(BASE_NANO / 1000n));
    assertEquals(csv.row, parquet.row);
    const neutral = (names: (string | null)[]): string[] =>
      names.map((name) => (name ?? "").replace(/^'/, "")).sort();
    assertEquals(neutral(csv.names), neutral(parquet.names));
    assertEquals(neutral(parquet.names), spans.map(({ name }) => name.toWellFormed()).sort());
  }));

Deno.test("GitHub's parser shows a markdown file's trees as they are, and nothing in them as markup", () =>
  inTemporaryFolder(async (folder) => {
    const tool = await pythonTool(folder, ["cmarkgfm==2025.10.22"]);
    if (skip(tool)) return;
    const path = await write(folder, "markdown", [...commonSpans(), ...oddButTimely()]);
    const html = await tool.run([beside("export_python/markdown.py"), path]);
    assert(!/<(b|script|h1|h2|a|table)\b/.test(html), html);
    assertEquals(html.match(/<h3>/g)?.length, html.match(/<pre lang="text">/g)?.length);
    assertStringIncludes(html, "<code>ünï &quot;code&quot; | ` &lt;b&gt; :;#</code>");
    assertStringIncludes(html, "a;b ``` %%{init}%% &lt;script&gt;");
  }));

Deno.test("an XML parser reads an svg file, whatever the names", () =>
  inTemporaryFolder(async (folder) => {
    const spans = [
      ...commonSpans(),
      ...oddSpans(),
      sampleSpan({ name: "]]><script/>\0\x1b\ufffe" }),
    ];
    const path = await write(folder, "svg", spans);
    // Its parser is expat, which comes with it.
    const { code, stdout } = await output(
      "python3",
      [beside("export_python/svg.py"), path],
      folder,
    );
    if (code === 127) return console.log("skipped: there is no Python");
    const { elements, titles } = JSON.parse(stdout);
    assertEquals(elements, ["g", "path", "rect", "style", "svg", "text", "title"]);
    assert(titles.some((title: string) => title.startsWith("]]><script/>")), titles.join());
    assert(titles.some((title: string) => title.startsWith('ünï "code" | ` <b> :;#')));
  }));

Deno.test("mermaid draws a bar for each span", () =>
  inTemporaryFolder(async (folder) => {
    const tool = await nodeTool(folder, ["mermaid@11.12.0", "jsdom@26.1.0"]);
    if (skip(tool)) return;
    const spans = [...commonSpans().slice(-13), ...oddButTimely()];
    const path = await write(folder, "mermaid", spans);
    const { type, bars } = JSON.parse(await tool.run([beside("export_js/mermaid.cjs"), path]));
    assertEquals(type, "gantt");
    // Of the two spans with one id, one is there.
    assertEquals(bars.length, spans.length - 1);
    for (const { start, end } of bars) assert(start >= 0 && end > start);
    const failed = bars.find(({ name }: { name: string }) => name.includes("failed"));
    assertEquals([failed.isCritical, failed.section], [true, "shop"]);
    assertEquals(bars.filter(({ isActive }: { isActive: boolean }) => isActive).length, 3);
  }));

Deno.test("speedscope opens its file, folded stacks and Chrome's events with all their spans", () =>
  inTemporaryFolder(async (folder) => {
    const tool = await nodeTool(folder, ["speedscope@1.25.0", "jsdom@26.1.0"]);
    if (skip(tool)) return;
    const spans = [...commonSpans(), ...oddButTimely()];
    const files = [
      [await write(folder, "speedscope", spans), "speedscope.json"],
      [await write(folder, "folded", spans), "folded.txt"],
      [await write(folder, "chrome", commonSpans()), "chrome.json"],
    ];
    for (const [path, name] of files) await Deno.rename(path, join(folder, name));
    const paths = files.map(([, name]) => join(folder, name));
    const [own, folded, chrome] = JSON.parse(
      await tool.run([beside("export_js/speedscope.cjs"), ...paths]),
    );
    const opened = own.flatMap(({ calls }: { calls: string[][] }) => calls)
      .filter(([type]: string[]) => type === "open");
    // It passes over calls without a length: one that ends as it starts, and one that ends before.
    assertEquals(opened.length, spans.length - 2);
    assertEquals(folded.length, 1);
    assert(folded[0].calls.some(([, frame]: string[]) => frame === "größe"));
    const text = await Deno.readTextFile(paths[1]);
    const total = text.trimEnd().split("\n").reduce(
      (sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))),
      0,
    );
    assertEquals(folded[0].total, total);
    const drawn = chrome.flatMap(({ calls }: { calls: string[][] }) => calls)
      .filter(([type]: string[]) => type === "open");
    // It ends one without an end as it starts, alone on its thread.
    assertEquals(drawn.length, commonSpans().length - 1);
  }));

Deno.test("Zipkin's server takes its file and gives the spans back", () =>
  inTemporaryFolder(async (folder) => {
    const server = await startZipkin(folder);
    if (server === undefined) return;
    await using _ = server;
    const spans = [...commonSpans(), ...oddButTimely().filter(({ name }) => name.length < 1000)];
    const { bytes } = await exportTo("zipkin", spans);
    const headers = { "content-type": "application/json" };
    const sent = await fetch(`${server.url}/spans`, { method: "POST", headers, body: bytes });
    assertEquals([sent.status, await sent.text()], [202, ""]);
    const answer = await fetch(`${server.url}/trace/${spans[0].traceId}`);
    const kept: { id: string; parentId?: string; name: string; duration: number }[] = await answer
      .json();
    const trace = spans.filter(({ traceId }) => traceId === spans[0].traceId);
    assertEquals(kept.length, trace.length);
    const failed = kept.find(({ name }) => name === "failed")!;
    assertEquals([failed.parentId, failed.duration], [spans[9].spanId, 1000]);
    const services = await (await fetch(`${server.url}/services`)).json();
    assertEquals(services, ["größe", "shop"]);
  }));

interface Zipkin extends AsyncDisposable {
  readonly url: string;
}

/** Starts Zipkin's server; `undefined`, with a message, where there is no Java or no package. */
async function startZipkin(folder: string): Promise<Zipkin | undefined> {
  const artifact = "io.zipkin:zipkin-server:3.4.2:jar:exec";
  const maven = ["-q", "-B", "dependency:copy", `-Dartifact=${artifact}`, "-DoutputDirectory=."];
  if ((await output("mvn", maven, folder)).code !== 0) {
    console.log(`skipped: Maven cannot get ${artifact}`);
    return undefined;
  }
  const child = new Deno.Command("java", {
    args: ["-jar", "zipkin-server-3.4.2-exec.jar"],
    cwd: folder,
    env: { STORAGE_TYPE: "mem", QUERY_PORT: "0" },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let log = "";
  let port: string | undefined;
  for (;;) {
    const { value, done } = await lines.read();
    if (done) throw new Error(`Zipkin's server has ended: ${log.slice(-1000)}`);
    log += value;
    port = /Serving HTTP at .*:(\d+)/.exec(log)?.[1];
    if (port !== undefined) break;
  }
  return {
    url: `http://127.0.0.1:${port}/api/v2`,
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill("SIGKILL");
      await lines.cancel();
      await child.status;
    },
  };
}
