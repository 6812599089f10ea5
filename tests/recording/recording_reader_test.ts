import { assert, assertEquals } from "@std/assert";
import { crc32 } from "node:zlib";
import { readRecording } from "../../src/recording/recording_reader.ts";
import { RecordingWriter } from "../../src/recording/recording_writer.ts";
import {
  numbersOf,
  pieces,
  readLines,
  spanBatch,
  spanLine,
  temporaryFolder,
} from "./_recording_fixture.ts";

const encoder = new TextEncoder();

/** A recording made by the writer, with one section for each count. */
async function writeSections(...counts: number[]): Promise<Uint8Array> {
  await using folder = await temporaryFolder();
  const path = folder.path + "/run.jsonl";
  await using writer = await RecordingWriter.open(path);
  let number = 0;
  for (const count of counts) {
    writer.write(spanBatch(number, number += count));
    await writer.flush();
  }
  await writer.close();
  return await Deno.readFile(path);
}

function concatenate(...parts: (Uint8Array | string)[]): Uint8Array {
  const all = parts.map((part) => typeof part === "string" ? encoder.encode(part) : part);
  const bytes = new Uint8Array(all.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of all) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

Deno.test("a whole recording is proven section by section, in pieces of any size", async () => {
  const bytes = await writeSections(1, 5, 2);
  for (const size of [1, 7, 100, 1 << 20]) {
    const { lines, report, provenCount } = await readLines(bytes, size);
    assertEquals(numbersOf(lines), [0, 1, 2, 3, 4, 5, 6, 7]);
    assertEquals(provenCount, 8);
    assertEquals(report, {
      format: "recording",
      spans: 8,
      sections: 3,
      damaged: [],
      damagedLines: 0,
      tailBytes: 0,
      lostByWriter: 0,
      isComplete: true,
    });
  }
});

Deno.test("a recording cut at any byte gives exactly the spans whose lines are whole", async () => {
  const bytes = await writeSections(2, 3, 1);
  const written = new TextDecoder().decode(bytes).split("\n");
  for (let cut = 0; cut <= bytes.length; cut++) {
    const part = bytes.slice(0, cut);
    const whole = new TextDecoder().decode(part).split("\n").length - 1;
    const expected = written.slice(0, whole).filter((line) => line.startsWith('{"id"'));
    const { lines, report } = await readLines(part, 64);
    assertEquals(lines, expected, `cut at ${cut}`);
    const skipped = sum(report.damaged.map((place) => place.length));
    const end = part.lastIndexOf(0x0a) + 1;
    if (report.format === "recording") assertEquals(skipped, cut - end, `cut at ${cut}`);
  }
});

Deno.test("a recording with any one byte changed never shows a span that was not written", async () => {
  const bytes = await writeSections(2, 3, 1);
  const written = new Set(new TextDecoder().decode(bytes).split("\n"));
  for (let at = 0; at < bytes.length; at++) {
    for (const change of [0x01, 0x20, 0x80, bytes[at] ^ 0x0a, bytes[at]]) {
      const changed = bytes.slice();
      changed[at] ^= change;
      const { lines, report } = await readLines(changed, 1 << 20);
      for (const line of lines) assert(written.has(line), `byte ${at} ^ ${change}: ${line}`);
      if (change !== 0 && lines.length < 6) {
        assert(report.damagedLines > 0, `byte ${at} ^ ${change} lost spans silently`);
        assert(!report.isComplete);
      }
    }
  }
});

Deno.test("bytes that go missing or come twice never show a span that was not written", async () => {
  const bytes = await writeSections(2, 3, 1);
  const written = new Set(new TextDecoder().decode(bytes).split("\n"));
  for (let at = 0; at < bytes.length; at += 3) {
    for (const length of [1, 50, 300]) {
      const less = concatenate(bytes.subarray(0, at), bytes.subarray(at + length));
      const more = concatenate(bytes.subarray(0, at + length), bytes.subarray(at));
      for (const changed of [less, more]) {
        const { lines } = await readLines(changed);
        // In the tail, which no checkpoint covers, two halves may make a line that reads.
        const isTail = at + length > bytes.length - 600;
        for (const line of lines) assert(isTail || written.has(line), `${at} ${length}: ${line}`);
      }
    }
  }
});

Deno.test("a section that does not match its checkpoint is skipped as a whole and reported", async () => {
  const bytes = await writeSections(2, 3, 1);
  const text = new TextDecoder().decode(bytes);
  const at = text.indexOf("GET", text.indexOf('"checkpoint":1'));
  bytes[at] = "P".charCodeAt(0);
  const { lines, report } = await readLines(bytes);
  assertEquals(numbersOf(lines), [0, 1, 5]);
  const from = text.indexOf("\n", text.indexOf('"checkpoint":1')) + 1;
  const to = text.indexOf('{"checkpoint":2');
  assertEquals(report.damaged, [{
    offset: from,
    length: to - from,
    reason: "a section does not match its checkpoint",
  }]);
  assertEquals(report.damagedLines, 3);
  assertEquals(report.sections, 2);
  assertEquals(report.isComplete, false);
});

Deno.test("what a killed collector leaves is taken line by line and not called proven", async () => {
  const whole = await writeSections(2);
  const bytes = concatenate(
    whole,
    spanLine(2),
    "{broken}\n",
    spanLine(3),
    spanLine(4).slice(0, 40),
  );
  const { lines, report, provenCount } = await readLines(bytes);
  assertEquals(numbersOf(lines), [0, 1, 2, 3]);
  assertEquals(provenCount, 2);
  assertEquals(report.tailBytes, bytes.length - whole.length);
  assertEquals(report.damagedLines, 2);
  assertEquals(report.damaged.map(({ reason }) => reason), [
    "not a JSON object",
    "cut off in the middle of a line",
  ]);
});

Deno.test("recordings put one behind the other read as one", async () => {
  const a = await writeSections(2, 1);
  const b = await writeSections(1);
  const { lines, report } = await readLines(concatenate(a, b, a));
  assertEquals(numbersOf(lines), [0, 1, 2, 0, 0, 1, 2]);
  assertEquals(report.isComplete, true);

  const killed = concatenate(a, spanLine(8), spanLine(9).slice(0, 50));
  const after = await readLines(concatenate(killed, b));
  assertEquals(numbersOf(after.lines), [0, 1, 2, 8, 0]);
  assertEquals(after.report.damagedLines, 1);
  const unproven = await readLines(concatenate(a, spanLine(8), b));
  assertEquals(numbersOf(unproven.lines), [0, 1, 2, 8, 0]);
});

Deno.test("span lines without a header come line by line, whatever their line ends", async () => {
  const control = '{"view":"live"}\n\n   \n';
  for (const size of [1, 1000]) {
    const unix = await readLines(
      encoder.encode(spanLine(1) + control + spanLine(2) + spanLine(3).trimEnd()),
      size,
    );
    assertEquals(numbersOf(unix.lines), [1, 2, 3]);
    assertEquals(unix.report.format, "span-lines");
    assertEquals(unix.report.isComplete, true);
    const windows = await readLines(
      encoder.encode(("\ufeff" + spanLine(1) + control + spanLine(2)).replaceAll("\n", "\r\n")),
      size,
    );
    assertEquals(windows.lines, [spanLine(1), spanLine(2)].map((line) => line.trimEnd()));
    assertEquals(windows.report.isComplete, true);
  }
});

Deno.test("a recording whose line ends were converted is still proven", async () => {
  const text = new TextDecoder().decode(await writeSections(2, 1));
  const { lines, report, provenCount } = await readLines(
    encoder.encode(text.replaceAll("\n", "\r\n")),
  );
  assertEquals(numbersOf(lines), [0, 1, 2]);
  assertEquals(provenCount, 3);
  assertEquals(lines[0], spanLine(0).trimEnd());
  assertEquals(report.isComplete, true);
});

Deno.test("each line that is no span is counted with its place and its reason", async () => {
  const bad: [string | Uint8Array, string][] = [
    ["nonsense\n", "not a JSON object"],
    ["[1]\n", "not a JSON object"],
    [new Uint8Array([0x7b, 0xff, 0x7d, 0x0a]), "not UTF-8"],
    [spanLine(1).replace('"http"', '"what"'), 'field "kind" is wrong'],
    [spanLine(1).replace("2026", "26"), 'field "start_time" is wrong'],
    [spanLine(1).replace('"id"', '"ie"'), 'field "id" is wrong'],
  ];
  for (const [line, reason] of bad) {
    const { lines, report } = await readLines(concatenate(spanLine(0), line, spanLine(2)));
    assertEquals(numbersOf(lines), [0, 2]);
    const length = concatenate(line).length;
    assertEquals(report.damaged, [{ offset: spanLine(0).length, length, reason }]);
    assertEquals(report.damagedLines, 1);
    assertEquals(report.isComplete, false);
  }
});

Deno.test("a line over the limit is skipped without being held, and the next one is read", async () => {
  const long = spanLine(1, "x".repeat(50_000));
  const bytes = concatenate(spanLine(0), long, spanLine(2));
  for (const size of [100, 1 << 20]) {
    const recording = readRecording(pieces(bytes, size), { maxLineBytes: 10_000 });
    const { lines, report } = await readLines(recording);
    assertEquals(numbersOf(lines), [0, 2]);
    assertEquals(report.damagedLines, 1);
    assertEquals(report.damaged, [
      { offset: spanLine(0).length, length: long.length, reason: "a line is too long" },
    ]);
  }
  const endless = readRecording(pieces(concatenate(spanLine(0), long.trimEnd()), 100), {
    maxLineBytes: 10_000,
  });
  assertEquals((await readLines(endless)).report.damagedLines, 1);
});

Deno.test("a section too long to be held back is let through unproven, then checked", async () => {
  const bytes = await writeSections(50, 1);
  const options = { maxSectionBytes: 1000 };
  const good = await readLines(readRecording(pieces(bytes, 500), options));
  assertEquals(good.lines.length, 51);
  assertEquals(good.provenCount, 1);
  assertEquals(good.report.isComplete, true);
  bytes[bytes.length >> 1] ^= 1;
  const bad = await readLines(readRecording(pieces(bytes, 500), options));
  assertEquals(bad.report.isComplete, false);
});

Deno.test("a huge piece of the source is read in small steps", async () => {
  const line = encoder.encode(spanLine(0));
  const count = Math.ceil(20 * 1024 * 1024 / line.length);
  const bytes = new Uint8Array(count * line.length);
  for (let at = 0; at < bytes.length; at += line.length) bytes.set(line, at);
  let spans = 0;
  let largest = 0;
  for await (const section of readRecording(new Blob([bytes]).stream())) {
    spans += section.spanCount;
    largest = Math.max(largest, section.lines.buffer.byteLength);
  }
  assertEquals(spans, count);
  assert(largest <= 4 * 1024 * 1024);
});

Deno.test("what the writer lost is read from each recording's last checkpoint", async () => {
  const lines = encoder.encode(spanLine(0));
  const hex = crc32(lines).toString(16).padStart(8, "0");
  const header = '{"trace_recording":1,"created":"2026-01-01T00:00:00.000Z","creator":"x"}\n';
  const checkpoint = (number: number, lost: number): string =>
    `{"checkpoint":${number},"spans":${number},"unfinished":0,"lost":${lost},` +
    `"bytes":${lines.length},"crc32":"${hex}"}\n`;
  const one = concatenate(header, lines, checkpoint(1, 0), lines, checkpoint(2, 7));
  assertEquals((await readLines(one)).report.lostByWriter, 7);
  assertEquals((await readLines(concatenate(one, one))).report.lostByWriter, 14);
});

Deno.test("an empty recording is no spans and no damage", async () => {
  for (const bytes of [new Uint8Array(), await writeSections()]) {
    const { lines, report } = await readLines(bytes);
    assertEquals(lines, []);
    assertEquals(report.isComplete, true);
  }
});
