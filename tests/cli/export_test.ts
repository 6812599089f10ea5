import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ALL_EXPORT_FORMATS } from "../../src/cli/all_export_formats.ts";
import { main } from "../../src/cli/main.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import { decodeSpanLine } from "../../src/wire/span_line/decode_span_line.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { manySpans, richSpan, sampleSpan } from "../exporters/sample_spans.ts";
import { createCapturedIo } from "../testing/captured_io.ts";
import { endLine, startLine } from "../testing/events.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

const LINE = encodeSpanLine(sampleSpan());

Deno.test("export writes the spans of several files to standard output", () =>
  inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.jsonl`, LINE);
    await Deno.writeTextFile(`${folder}/b.jsonl`, startLine("b") + endLine("b") + startLine("c"));
    const io = createCapturedIo();
    const files = [`${folder}/a.jsonl`, `${folder}/b.jsonl`];
    assertEquals(await main(["export", ...files, "--format", "jsonl"], io), 0);
    const spans = io.out.split("\n").slice(0, -1).map(decodeSpanLine);
    assertEquals(spans.map(({ spanId, state }) => `${spanId} ${state}`), [
      "00000000000000a1 ended",
      "b ended",
      "c unfinished",
    ]);
    assertEquals(io.err, "");
  }));

Deno.test("export reads standard input", async () => {
  const io = createCapturedIo({ stdin: LINE });
  assertEquals(await main(["export", "-", "--format", "otlp-jsonl"], io), 0);
  assertEquals(JSON.parse(io.out).resourceSpans.length, 1);
});

Deno.test("export writes a file whole, says what was left out, and keeps what is there", () =>
  inTemporaryFolder(async (folder) => {
    const out = `${folder}/out.json`;
    const args = ["export", "-", "--format", "otlp-jsonl", "--out", out];
    const io = createCapturedIo({ stdin: LINE + encodeSpanLine(richSpan()) });
    assertEquals(await main(args, io), 0);
    assertEquals(io.out, "");
    assertStringIncludes(io.err, `Wrote 2 spans to ${out}`);
    assertStringIncludes(io.err, "samples (1 span)");
    const written = await Deno.readTextFile(out);

    const again = createCapturedIo({ stdin: LINE });
    assertEquals(await main(args, again), 1);
    assertStringIncludes(again.err, "--force");
    assertEquals(await Deno.readTextFile(out), written);

    assertEquals(await main([...args, "--force"], createCapturedIo({ stdin: LINE })), 0);
    assert(await Deno.readTextFile(out) !== written);
    assertEquals(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["out.json"]);
  }));

Deno.test("an export that fails or is stopped leaves no file", () =>
  inTemporaryFolder(async (folder) => {
    const args = ["--format", "chrome", "--out", `${folder}/out.json`];
    const missing = createCapturedIo();
    assertEquals(await main(["export", `${folder}/no.jsonl`, ...args], missing), 1);
    assertStringIncludes(missing.err, `"${folder}/no.jsonl"`);
    const stopped = createCapturedIo({ stdin: LINE, signal: AbortSignal.abort() });
    assertEquals(await main(["export", "-", ...args], stopped), 1);
    assertStringIncludes(stopped.err, "was not written");
    const nowhere = ["--format", "chrome", "--out", `${folder}/none/out.json`];
    assertEquals(await main(["export", "-", ...nowhere], createCapturedIo({ stdin: LINE })), 1);
    assertEquals(Array.from(Deno.readDirSync(folder)), []);
  }));

Deno.test("export refuses to write over what is no regular file, even with --force", () =>
  inTemporaryFolder(async (folder) => {
    const io = createCapturedIo({ stdin: LINE });
    const args = ["export", "-", "--format", "jsonl", "--out", folder, "--force"];
    assertEquals(await main(args, io), 1);
    assertStringIncludes(io.err, "no regular file");
  }));

Deno.test("export with wrong arguments ends with 2 and lists the formats", async () => {
  for (
    const args of [["x.jsonl", "--format", "xml"], ["x.jsonl"], ["--format", "chrome"], ["--frmt"]]
  ) {
    const io = createCapturedIo();
    assertEquals(await main(["export", ...args], io), 2, args.join(" "));
    if (args[0] === "x.jsonl") assertStringIncludes(io.err, "chrome, csv, folded, gotrace, jaeger");
  }
});

Deno.test("--list-formats prints every format with a description, with --json as objects", async () => {
  const io = createCapturedIo();
  assertEquals(await main(["export", "--list-formats"], io), 0);
  const names = ALL_EXPORT_FORMATS.map(({ name }) => name);
  assertEquals(io.out.split("\n").slice(0, -1).map((line) => line.split(/\s/)[0]), names);
  const json = createCapturedIo();
  assertEquals(await main(["export", "--list-formats", "--json"], json), 0);
  const formats = json.out.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  assertEquals(formats.map(({ name }) => name), names);
  assertEquals(formats.find(({ name }) => name === "perfetto"), {
    name: "perfetto",
    description: ALL_EXPORT_FORMATS.find(({ name }) => name === "perfetto")!.description,
    extension: "perfetto-trace",
    binary: true,
  });
  assertEquals(formats.find(({ name }) => name === "markdown").max_spans, 300);
});

Deno.test("--trace chooses traces, however their ids are written, and tells when there is none", async () => {
  const ids = ["00000000000000b1", "0AF7651916CD43DD8448EB211C80319C", "T 1"];
  const stdin = ids.map((traceId) => encodeSpanLine(sampleSpan({ traceId }))).join("");
  async function exported(...args: string[]): Promise<string[]> {
    const io = createCapturedIo({ stdin });
    assertEquals(await main(["export", "-", "--format", "jsonl", ...args], io), 0, io.err);
    return io.out.split("\n").slice(0, -1).map((line) => decodeSpanLine(line).traceId);
  }
  assertEquals(await exported("--trace", "000000000000000000000000000000b1"), [ids[0]]);
  assertEquals(await exported("--trace", ids[1].toLowerCase(), "--trace", "T 1"), ids.slice(1));
  const none = createCapturedIo({ stdin });
  assertEquals(await main(["export", "-", "--format", "jsonl", "--trace", "nope"], none), 1);
  assertStringIncludes(none.err, 'No span of trace "nope"');
});

Deno.test("--where exports the whole traces that match, of a file, of several and of standard input", () =>
  inTemporaryFolder(async (folder) => {
    const lines = Array.from(
      manySpans(100),
      (span, index) => encodeSpanLine(index === 13 ? { ...span, name: "odd one" } : span),
    );
    await Deno.writeTextFile(`${folder}/a.jsonl`, lines.slice(0, 15).join(""));
    await Deno.writeTextFile(`${folder}/b.jsonl`, lines.slice(15).join(""));
    const files = [`${folder}/a.jsonl`, `${folder}/b.jsonl`];
    const args = ["--format", "jsonl", "--where", 'name = "odd one"'];
    for (const sources of [files, ["-"]]) {
      const io = createCapturedIo({ stdin: lines.join("") });
      assertEquals(await main(["export", ...sources, ...args], io), 0, io.err);
      assertEquals(
        io.out.split("\n").slice(0, -1).sort(),
        lines.slice(10, 20).map((line) => line.trimEnd()).sort(),
      );
    }
    const out = `${folder}/out.json`;
    const none = createCapturedIo();
    const nothing = ["--format", "jaeger", "--where", "name = nothing", "--out", out];
    assertEquals(await main(["export", ...files, ...nothing], none), 1);
    assertStringIncludes(none.err, "No trace matches");
    assertEquals(await Deno.stat(out).catch(() => "none"), "none");
    const wrong = createCapturedIo();
    assertEquals(await main(["export", ...files, "--format", "jsonl", "--where", "(("], wrong), 2);
  }));

Deno.test("--redact removes and hashes values, counts them, and names rules that fitted nothing", async () => {
  const span = sampleSpan({
    attributes: createAttributes([["user.email", "a@b"], ["http.request.header.cookie", "secret"]]),
  });
  const rules = ["hash:*.email", "remove:http.request.header.*", "remove:nothing"];
  async function run(salt: string): Promise<{ out: string; err: string }> {
    const io = createCapturedIo({ stdin: encodeSpanLine(span), env: { TRACE_REDACT_SALT: salt } });
    const args = ["export", "-", "--format", "jsonl"];
    assertEquals(await main([...args, ...rules.flatMap((rule) => ["--redact", rule])], io), 0);
    return io;
  }
  const { out, err } = await run("a");
  assert(!/secret|cookie|a@b/.test(out), out);
  assertMatch(
    String(decodeSpanLine(out.trimEnd()).attributes["user.email"]),
    /^hash:[0-9a-f]{16}$/,
  );
  assertStringIncludes(
    err,
    "Redacted: hash:*.email (1 value), remove:http.request.header.* (1 value), remove:nothing (0 values)",
  );
  assertEquals((await run("a")).out, out);
  assert((await run("b")).out !== out);
  const wrong = createCapturedIo({ stdin: LINE });
  assertEquals(await main(["export", "-", "--format", "jsonl", "--redact", "mask:x"], wrong), 2);
  assertStringIncludes(wrong.err, "write remove:NAME or hash:NAME");
});

Deno.test("documents for people hold so many spans, and say how to get others", async () => {
  const stdin = Array.from(manySpans(1000), (span) => encodeSpanLine(span)).join("");
  const io = createCapturedIo({ stdin });
  assertEquals(await main(["export", "-", "--format", "markdown", "--max-spans", "25"], io), 0);
  assertStringIncludes(io.out, "975 spans more left out");
  assertStringIncludes(io.err, "975 spans beyond --max-spans");
  assertStringIncludes(io.err, "--trace ID");
  const other = createCapturedIo({ stdin });
  assertEquals(await main(["export", "-", "--format", "csv", "--max-spans", "25"], other), 2);
});

Deno.test("svg draws both charts, or the one that is named", async () => {
  const run = async (...options: readonly string[]) => {
    const io = createCapturedIo({ stdin: LINE });
    return { code: await main(["export", "-", ...options], io), out: io.out, err: io.err };
  };
  const both = await run("--format", "svg");
  const waterfall = await run("--format", "svg", "--svg-chart", "waterfall");
  const flame = await run("--format", "svg", "--svg-chart", "flame");
  assertEquals([both.code, waterfall.code, flame.code], [0, 0, 0]);
  assertStringIncludes(waterfall.out, "what the root waited for");
  assert(!flame.out.includes("what the root waited for"));
  assert(both.out.length > waterfall.out.length && both.out.length > flame.out.length);
  const wrong = await run("--format", "csv", "--svg-chart", "flame");
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.err, "--svg-chart is for --format svg");
  assertEquals((await run("--format", "svg", "--svg-chart", "pie")).code, 2);
});

Deno.test("bytes are written to a file and to a pipe, but not to a terminal", () =>
  inTemporaryFolder(async (folder) => {
    const out = `${folder}/out.binpb`;
    const args = ["export", "-", "--format", "otlp-proto"];
    assertEquals(await main([...args, "--out", out], createCapturedIo({ stdin: LINE })), 0);
    const view = createCapturedIo();
    assertEquals(await main(["view", out, "--json"], view), 0);
    assertStringIncludes(view.out, '"00000000000000b1"');
    const terminal = createCapturedIo({ stdin: LINE, isTerminal: true });
    assertEquals(await main(args, terminal), 2);
    assertStringIncludes(terminal.err, "--out trace.binpb");
    assertEquals(await main(args, createCapturedIo({ stdin: LINE })), 0);
  }));

Deno.test("a compressed and an empty file are exported, one of something else is an error", () =>
  inTemporaryFolder(async (folder) => {
    const packed = new Blob([LINE]).stream().pipeThrough(new CompressionStream("gzip"));
    await Deno.writeFile(`${folder}/a.gz`, packed);
    const io = createCapturedIo();
    assertEquals(await main(["export", `${folder}/a.gz`, "--format", "csv"], io), 0);
    assertEquals(io.out.split("\r\n").length, 3);
    await Deno.writeTextFile(`${folder}/empty`, "");
    for (const { name } of ALL_EXPORT_FORMATS) {
      const empty = createCapturedIo();
      assertEquals(
        await main(["export", `${folder}/empty`, "--format", name], empty),
        0,
        empty.err,
      );
    }
  }));

Deno.test("a closed pipe is no error", async () => {
  const io = createCapturedIo({
    stdin: LINE,
    onStdout: () => {
      throw Object.assign(new Error("Broken pipe"), { code: "EPIPE" });
    },
  });
  assertEquals(await main(["export", "-", "--format", "jsonl"], io), 0);
  assertEquals(io.err, "");
});

Deno.test("damage is told and the rest is exported", async () => {
  const io = createCapturedIo({ stdin: LINE + '{"id":"x"\n' + LINE });
  assertEquals(await main(["export", "-", "--format", "jsonl"], io), 0);
  assertEquals(io.out, LINE + LINE);
  assertStringIncludes(io.err, "damaged");
});

Deno.test("with --json, export prints what it wrote as one object", () =>
  inTemporaryFolder(async (folder) => {
    const out = `${folder}/out.json`;
    const io = createCapturedIo({
      stdin:
        '{"id":"a","trace_id":"t","name":"n","kind":"function","start_time":"2026-03-11T10:00:00Z"}\n',
    });
    assertEquals(await main(["export", "-", "--format", "chrome", "--out", out, "--json"], io), 0);
    assertEquals([JSON.parse(io.out), io.err], [
      {
        event: "summary",
        out,
        format: "chrome",
        spans: 1,
        dropped: {},
        changed: { no_end_time: 1 },
      },
      "",
    ]);
    const nowhere = createCapturedIo();
    assertEquals(await main(["export", "-", "--format", "chrome", "--json"], nowhere), 2);
    assertEquals(nowhere.out, "");
  }));
