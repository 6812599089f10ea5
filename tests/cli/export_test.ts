import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../src/cli/main.ts";
import { decodeSpanLine } from "../../src/wire/span_line/decode_span_line.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { richSpan, sampleSpan } from "../exporters/sample_spans.ts";
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
    if (args[0] === "x.jsonl") assertStringIncludes(io.err, "chrome, jsonl, otlp-jsonl");
  }
});

Deno.test("--list-formats prints every format with a description", async () => {
  const io = createCapturedIo();
  assertEquals(await main(["export", "--list-formats"], io), 0);
  assertEquals(io.out.split("\n").slice(0, -1).map((line) => line.split(/\s/)[0]), [
    "chrome",
    "jsonl",
    "otlp-jsonl",
  ]);
});

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

Deno.test("with --json, export prints the formats and what it wrote, one object a line", () =>
  inTemporaryFolder(async (folder) => {
    const formats = createCapturedIo();
    assertEquals(await main(["export", "--list-formats", "--json"], formats), 0);
    const names = formats.out.trimEnd().split("\n").map((line) => JSON.parse(line).name);
    assertEquals(names, ["chrome", "jsonl", "otlp-jsonl"]);
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
