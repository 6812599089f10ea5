import { assert, assertEquals, assertRejects } from "@std/assert";
import * as zlib from "node:zlib";
import { openRecording } from "../../src/recording/open_recording.ts";
import { RecordingWriter } from "../../src/recording/recording_writer.ts";
import { sniffFormat } from "../../src/recording/sniff_format.ts";
import {
  numbersOf,
  pieces,
  readLines,
  spanBatch,
  spanLine,
  temporaryFolder,
} from "./_recording_fixture.ts";

const encoder = new TextEncoder();
const EVENT = '{"type":0,"span_id":"1","trace_id":"1","name":"a","kind":0,' +
  '"time":"2026-03-11T19:00:00Z"}\n';

Deno.test("the format is recognised by the content", () => {
  const header = '{"trace_recording":1,"created":"2026-01-01T00:00:00Z","creator":"x"}\n';
  const reordered = '{ "attrs": {"id": "x"}, "start_time": "…", "trace_id": "1", "id": "1" }\n';
  for (
    const [text, format] of [
      [header, "recording"],
      [header.slice(0, 5), "recording"],
      ["broken\n" + header, "recording"],
      [spanLine(1), "span-lines"],
      [spanLine(1).trimEnd(), "span-lines"],
      ["\r\n" + reordered, "span-lines"],
      [spanLine(1, "x".repeat(100_000)), "span-lines"],
      [EVENT, "event-lines"],
      ["[]\n" + EVENT, "event-lines"],
      ["# Read me\n", undefined],
      ["{}\n[]\n", undefined],
      ['{"resourceSpans":[]}\n', "otlp-json"],
      ["", undefined],
    ] as const
  ) assertEquals(sniffFormat(encoder.encode(text)), format, text.slice(0, 50));
});

Deno.test("event lines are handed on as they are", async () => {
  const opened = await openRecording(pieces(encoder.encode(EVENT + EVENT), 10));
  assertEquals(opened.format, "event-lines");
  let text = "";
  for await (const bytes of opened.bytes) text += new TextDecoder().decode(bytes);
  assertEquals(text, EVENT + EVENT);
});

Deno.test("an empty file has no spans and is no error", async () => {
  await using folder = await temporaryFolder();
  const path = folder.path + "/empty";
  await Deno.writeTextFile(path, "");
  const opened = await openRecording(path);
  assertEquals(opened.format, undefined);
  assertEquals((await readLines(opened.read())).lines, []);
});

Deno.test("a file that is no trace is refused by name, with the formats that are understood", async () => {
  await using folder = await temporaryFolder();
  const path = folder.path + "/notes.txt";
  await Deno.writeTextFile(path, "just notes\n");
  for (const message of [`"${path}"`, "span lines", "event lines", "OTLP", "Zipkin", "gzip"]) {
    await assertRejects(() => openRecording(path), Error, message);
  }
  await assertRejects(() => openRecording(folder.path + "/none"), Error, "there is no such file");
  await assertRejects(() => openRecording(folder.path), Error, "it is a folder");
  await assertRejects(
    () => openRecording(new Blob(["?"]).stream()),
    Error,
    '"standard input"',
  );
});

Deno.test("spans of a pipe come as they arrive", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const opening = openRecording(readable);
  await writer.write(encoder.encode(spanLine(0)));
  const opened = await opening;
  const sections = opened.read()[Symbol.asyncIterator]();
  assertEquals((await sections.next()).value.spanCount, 1);
  const [next] = await Promise.all([
    sections.next(),
    writer.write(encoder.encode(spanLine(1) + spanLine(2))),
  ]);
  assertEquals(next.value.spanCount, 2);
  await sections.return?.();
});

Deno.test("a packed recording cut at any byte gives every flush before the cut", async () => {
  await using folder = await temporaryFolder();
  for (const [extension, isPacked] of [["gz", true], ["zst", hasZstd()]] as const) {
    if (!isPacked) continue;
    const path = `${folder.path}/run.jsonl.${extension}`;
    const writer = await RecordingWriter.open(path);
    const sizes = [writer.bytesWritten];
    for (let number = 0; number < 4; number++) {
      writer.write(spanBatch(number, number + 1));
      await writer.flush();
      sizes.push(writer.bytesWritten);
    }
    await writer.close();
    const whole = await Deno.readFile(path);
    for (let cut = sizes[0]; cut <= whole.length; cut++) {
      const opened = await openRecording(pieces(whole.slice(0, cut), 64));
      const { lines, report } = await readLines(opened.read());
      const flushed = sizes.filter((size) => size <= cut).length - 1;
      assert(lines.length >= flushed, `cut at ${cut}`);
      assertEquals(numbersOf(lines), [0, 1, 2, 3].slice(0, lines.length));
      const isClean = sizes.includes(cut);
      assertEquals(report.isComplete, isClean, `cut at ${cut}`);
      if (!isClean) assert(report.damaged.some(({ reason }) => reason.includes("end of file")));
    }
  }
});

Deno.test("a packed recording with a changed byte never shows a span that was not written", async () => {
  await using folder = await temporaryFolder();
  for (const [extension, isPacked] of [["gz", true], ["zst", hasZstd()]] as const) {
    if (!isPacked) continue;
    const path = `${folder.path}/run.jsonl.${extension}`;
    const writer = await RecordingWriter.open(path);
    for (let number = 0; number < 3; number++) {
      writer.write(spanBatch(number, number + 1));
      await writer.flush();
    }
    await writer.close();
    const whole = await Deno.readFile(path);
    const written = new Set([0, 1, 2].map((number) => spanLine(number).trimEnd()));
    for (let at = 0; at < whole.length; at++) {
      const changed = whole.slice();
      changed[at] ^= 0x10;
      let opened;
      try {
        opened = await openRecording(pieces(changed, 1000));
      } catch (error) {
        assert(error instanceof Error && error.message.startsWith("Cannot "), String(error));
        continue;
      }
      for (const line of (await readLines(opened.read())).lines) {
        assert(written.has(line), `byte ${at}: ${line}`);
      }
    }
  }
});

Deno.test("files packed by other programs are read", async () => {
  const text = encoder.encode(spanLine(0) + spanLine(1));
  const packed = [zlib.gzipSync(text)];
  const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Uint8Array) => Uint8Array };
  if (zstdCompressSync !== undefined) packed.push(zstdCompressSync(text) as typeof packed[0]);
  for (const bytes of packed) {
    const opened = await openRecording(pieces(bytes, 9));
    const { lines, report } = await readLines(opened.read());
    assertEquals(numbersOf(lines), [0, 1]);
    assertEquals(report.isComplete, true);
  }
});

function hasZstd(): boolean {
  return "createZstdDecompress" in zlib;
}
