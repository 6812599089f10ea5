import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { RecordingWriter } from "../../src/recording/recording_writer.ts";
import { openRecording } from "../../src/recording/open_recording.ts";
import { numbersOf, readLines, spanBatch, temporaryFolder } from "./_recording_fixture.ts";

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

async function readNumbers(path: string): Promise<number[]> {
  const { lines, report } = await readLines((await openRecording(path)).read());
  assertEquals(report.isComplete, true, JSON.stringify(report));
  return numbersOf(lines);
}

Deno.test("a recording is a header, the lines as they were, and a checkpoint that proves them", async () => {
  await using folder = await temporaryFolder();
  const path = folder.path + "/run.jsonl";
  const writer = await RecordingWriter.open(path, { creator: "träce 1.0" });
  writer.write(spanBatch(0, 3));
  writer.write({ ...spanBatch(3, 4), unfinishedCount: 1 });
  await writer.close();
  const [header, ...rest] = (await Deno.readTextFile(path)).split("\n");
  assertMatch(
    header,
    /^\{"trace_recording":1,"created":"\d{4}-.*Z","creator":"träce 1.0"\}$/,
  );
  assertEquals(rest.slice(0, 4).join("\n") + "\n", new TextDecoder().decode(spanBatch(0, 4).lines));
  assertMatch(
    rest[4],
    /^\{"checkpoint":1,"spans":4,"unfinished":1,"lost":0,"bytes":\d+,"crc32":"[0-9a-f]{8}"\}$/,
  );
  assertEquals(rest.slice(5), [""]);
  assertEquals(writer.recordedCount, 4);
  assertEquals(writer.lostCount, 0);
  assertEquals(writer.bytesWritten, (await Deno.stat(path)).size);
});

Deno.test("lines are on their way to the file within a quarter of a second", async () => {
  await using folder = await temporaryFolder();
  const path = folder.path + "/run.jsonl";
  await using writer = await RecordingWriter.open(path);
  const before = (await Deno.stat(path)).size;
  const watcher = Deno.watchFs(path);
  const from = performance.now();
  writer.write(spanBatch(0, 1));
  for await (const _event of watcher) {
    if ((await Deno.stat(path)).size > before) break;
  }
  // Twice the promise, for a busy machine.
  assert(performance.now() - from < 500);
  assertEquals(await readNumbers(path), [0]);
});

Deno.test("a recording goes on after its proven end", async () => {
  await using folder = await temporaryFolder();
  for (const name of ["run.jsonl", "run.jsonl.gz", "run"]) {
    const path = `${folder.path}/${name}`;
    for (let round = 0; round < 3; round++) {
      const writer = await RecordingWriter.open(path);
      assertEquals(writer.path, path);
      writer.write(spanBatch(round * 10, round * 10 + 10));
      await writer.close();
    }
    assertEquals(await readNumbers(path), range(0, 30));
  }
});

Deno.test("a recording with a damaged end is left as it is and a file beside it is used", async () => {
  await using folder = await temporaryFolder();
  for (const extension of ["jsonl", "jsonl.gz"]) {
    const path = `${folder.path}/run.${extension}`;
    await using first = await RecordingWriter.open(path);
    first.write(spanBatch(0, 10));
    await first.close();
    const whole = await Deno.readFile(path);
    const cut = whole.subarray(0, whole.length - 5);
    await Deno.writeFile(path, cut);
    await Deno.writeTextFile(`${folder.path}/run.1.${extension}`, "not mine");

    const notices: string[] = [];
    const writer = await RecordingWriter.open(path, { onNotice: (text) => notices.push(text) });
    writer.write(spanBatch(10, 20));
    await writer.close();
    assertEquals(writer.path, `${folder.path}/run.2.${extension}`);
    assertEquals(notices.length, 1);
    assert(notices[0].includes(writer.path) && notices[0].includes(`"${path}"`), notices[0]);
    assertEquals(await Deno.readFile(path), cut);
    assertEquals(await readNumbers(writer.path), range(10, 20));
  }
});

Deno.test("a changed byte in the last section, or a missing line end, is a damaged end", async () => {
  await using folder = await temporaryFolder();
  const path = folder.path + "/run.jsonl";
  const first = await RecordingWriter.open(path);
  first.write(spanBatch(0, 2));
  await first.close();
  const whole = await Deno.readFile(path);
  const flipped = whole.slice();
  flipped[200] ^= 1;
  const unchecked = new Uint8Array([...whole, ...spanBatch(2, 3).lines]);
  const header = whole.subarray(0, 30);
  for (const content of [flipped, unchecked, header, whole.subarray(0, -1)]) {
    await Deno.writeFile(path, content);
    const writer = await RecordingWriter.open(path);
    await writer.close();
    assert(writer.path !== path);
    assertEquals(await Deno.readFile(path), content);
  }
});

Deno.test("what is not a recording is never written to", async () => {
  await using folder = await temporaryFolder();
  const path = folder.path + "/notes.jsonl";
  for (const content of ["my notes", "\n", '{"id":"1"}\n', "{}"]) {
    await Deno.writeTextFile(path, content);
    await assertRejects(() => RecordingWriter.open(path), Error, `"${path}"`);
    await assertRejects(() => RecordingWriter.open(path), Error, "choose another --out");
    assertEquals(await Deno.readTextFile(path), content);
  }
  const packed = folder.path + "/run.jsonl.gz";
  await Deno.writeTextFile(packed, "not packed at all");
  await assertRejects(() => RecordingWriter.open(packed), Error, "choose another --out");
  await assertRejects(() => RecordingWriter.open(folder.path), Error, "it is a folder");
  await assertRejects(() => RecordingWriter.open(folder.path + "/no/run"), Error, "its folder");
});

Deno.test("an empty file is used", async () => {
  await using folder = await temporaryFolder();
  const path = folder.path + "/run.jsonl";
  await Deno.writeTextFile(path, "");
  const writer = await RecordingWriter.open(path);
  writer.write(spanBatch(0, 1));
  await writer.close();
  assertEquals(writer.path, path);
  assertEquals(await readNumbers(path), [0]);
});

Deno.test("two writers never share a file", async () => {
  await using folder = await temporaryFolder();
  const path = folder.path + "/run.jsonl";
  const writer = await RecordingWriter.open(path);
  writer.write(spanBatch(0, 1));
  await assertRejects(
    () => RecordingWriter.open(path),
    Error,
    "is being recorded by another trace",
  );
  await writer.close();
  const next = await RecordingWriter.open(path);
  next.write(spanBatch(1, 2));
  await next.close();
  assertEquals(await readNumbers(path), [0, 1]);
});

Deno.test("a recording goes on in numbered files, each whole, once it is large enough", async () => {
  await using folder = await temporaryFolder();
  for (const extension of ["jsonl", "jsonl.gz"]) {
    const path = `${folder.path}/run.${extension}`;
    const writer = await RecordingWriter.open(path, { rotateBytes: 200 });
    const paths = [];
    for (let number = 0; number < 4; number++) {
      writer.write(spanBatch(number, number + 1));
      await writer.flush();
      paths.push(writer.path);
    }
    await writer.close();
    assertEquals(paths.map((path) => path.slice(folder.path.length + 1)), [
      `run.${extension}`,
      `run.1.${extension}`,
      `run.2.${extension}`,
      `run.3.${extension}`,
    ]);
    for (const [number, path] of paths.entries()) {
      assertEquals(await readNumbers(path), [number]);
    }
  }
});

Deno.test("a recording packed with Zstandard reads back, where there is Zstandard", async () => {
  await using folder = await temporaryFolder();
  const path = folder.path + "/run.jsonl.zst";
  let writer: RecordingWriter;
  try {
    writer = await RecordingWriter.open(path);
  } catch (error) {
    assertMatch(String(error), /this runtime has none .* use \.gz/);
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
    return;
  }
  for (let number = 0; number < 5; number++) {
    writer.write(spanBatch(number, number + 1));
    await writer.flush();
  }
  await writer.close();
  assertEquals(await readNumbers(path), range(0, 5));
});

Deno.test("lines that arrive faster than the disk takes them are kept, and the caller is told", async () => {
  await using folder = await temporaryFolder();
  const path = folder.path + "/run.jsonl";
  const writer = await RecordingWriter.open(path);
  assertEquals(writer.ready, undefined);
  const batches = 30;
  const size = 3000;
  let isTold = false;
  for (let i = 0; i < batches; i++) {
    writer.write(spanBatch(i * size, (i + 1) * size));
    isTold ||= writer.ready !== undefined;
  }
  assertEquals(isTold, true);
  await writer.ready;
  assertEquals(writer.ready, undefined);
  await writer.close();
  assertEquals(writer.recordedCount, batches * size);
  assertEquals(await readNumbers(path), range(0, batches * size));
});

Deno.test("a batch larger than the buffers is written whole", async () => {
  await using folder = await temporaryFolder();
  const path = folder.path + "/run.jsonl";
  await using writer = await RecordingWriter.open(path);
  writer.write(spanBatch(0, 1));
  writer.write(spanBatch(1, 15_000));
  writer.write(spanBatch(15_000, 15_001));
  await writer.close();
  assertEquals(await readNumbers(path), range(0, 15_001));
});

Deno.test("memory is bounded: what does not fit is lost and counted", async () => {
  await using folder = await temporaryFolder();
  const path = folder.path + "/run.jsonl";
  const batch = spanBatch(0, 1000);
  const writer = await RecordingWriter.open(path, { maxWaitingBytes: batch.lines.length * 2 });
  for (let i = 0; i < 5; i++) writer.write(batch);
  await writer.close();
  assertEquals(writer.recordedCount, 2000);
  assertEquals(writer.lost, { overload: 3000 });
  const { report } = await readLines((await openRecording(path)).read());
  assertEquals(report.lostByWriter, 3000);
  assertEquals(report.spans, 2000);
});

Deno.test("what comes after closing is counted as lost", async () => {
  await using folder = await temporaryFolder();
  const writer = await RecordingWriter.open(folder.path + "/run.jsonl");
  await Promise.all([writer.close(), writer.close()]);
  writer.write(spanBatch(0, 2));
  assertEquals(writer.lost, { closed: 2 });
});
