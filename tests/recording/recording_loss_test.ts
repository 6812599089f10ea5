import { assert, assertEquals } from "@std/assert";
import { openRecording } from "../../src/recording/open_recording.ts";
import { RecordingWriter } from "../../src/recording/recording_writer.ts";
import { numbersOf, readLines, spanBatch, temporaryFolder } from "./_recording_fixture.ts";

Deno.test("a killed writer leaves a prefix that lacks a quarter of a second at most", async () => {
  await using folder = await temporaryFolder();
  const path = folder.path + "/run.jsonl";
  const script = new URL("./_record_numbered_spans.ts", import.meta.url).pathname;
  for (let round = 0; round < 5; round++) {
    await Deno.remove(path).catch(() => {});
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script, path],
      stdout: "piped",
    }).spawn();
    const killAfter = 1 + Math.floor(Math.random() * 6000);
    const handedIn: number[] = [];
    let killedAt = Infinity;
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) handedIn.push(Number(line.split(" ")[1]));
      if (killedAt === Infinity && handedIn.length > killAfter) {
        killedAt = Date.now();
        child.kill("SIGKILL");
      }
    }
    await child.status;
    const { lines, report } = await readLines((await openRecording(path)).read());
    assertEquals(numbersOf(lines), Array.from(lines, (_, i) => i));
    assert(lines.length <= handedIn.length);
    assert(report.damagedLines <= 1, JSON.stringify(report));
    const lastAt = handedIn[handedIn.length - 1];
    // The oldest span that is missing was handed in a flush interval before the last, or later; as
    // much again for a machine with other things to do.
    const oldestMissing = handedIn[lines.length] ?? lastAt;
    assert(lastAt - oldestMissing <= 500, `${lastAt - oldestMissing} ms are missing`);
  }
});

Deno.test("a device that is always full loses spans, counts them and throws nothing", async () => {
  const errors: string[] = [];
  const writer = await RecordingWriter.open("/dev/full", { onError: (text) => errors.push(text) });
  writer.write(spanBatch(0, 3));
  await writer.flush();
  writer.write(spanBatch(3, 5));
  await writer.close();
  assertEquals(writer.lost, { disk_full: 5 });
  assertEquals(writer.lostReason, "disk_full");
  assertEquals(writer.recordedCount, 0);
  assertEquals(errors.length, 1);
  assert(errors[0].includes('"/dev/full"') && errors[0].includes("no space"), errors[0]);
});

Deno.test("a full disk loses what does not fit, keeps the rest clean, and goes on when there is room", async () => {
  await using folder = await temporaryFolder();
  const disk = folder.path + "/disk";
  await Deno.mkdir(disk);
  const mounted = await run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk);
  if (!mounted) return console.warn("Skipped: a small file system can only be mounted by root");
  try {
    for (const name of ["run.jsonl", "run.jsonl.gz"]) {
      await Deno.writeFile(disk + "/ballast", new Uint8Array(128 * 1024));
      const messages: string[] = [];
      const path = `${disk}/${name}`;
      const writer = await RecordingWriter.open(path, {
        onError: (text) => messages.push("error: " + text),
        onNotice: (text) => messages.push("notice: " + text),
      });
      let written = 0;
      const record = async (count: number): Promise<void> => {
        writer.write(spanBatch(written, written += count));
        await writer.flush();
      };
      while (writer.lostCount === 0) await record(100);
      await record(100);
      await record(100);
      const { lost } = writer;
      // As a reader finds it while the disk is full.
      const full = await readLines((await openRecording(path)).read());
      assertEquals(full.report.isComplete, true);
      assertEquals(full.report.spans, writer.recordedCount);
      const recordedBefore = writer.recordedCount;
      await Deno.remove(disk + "/ballast");
      await record(50);
      assertEquals(writer.recordedCount, recordedBefore + 50);
      await writer.close();

      assertEquals(Object.keys(lost), ["disk_full"]);
      assertEquals(writer.recordedCount + writer.lostCount, written);
      const { lines, report } = await readLines((await openRecording(path)).read());
      assertEquals(report.isComplete, true);
      assertEquals(report.spans, writer.recordedCount);
      assertEquals(report.lostByWriter, writer.lostCount);
      assertEquals(numbersOf(lines).slice(-50), numbersOf(spanLines(written - 50, written)));
      assertEquals(messages.length, 2, messages.join("\n"));
      assert(messages[0].startsWith("error: Cannot write to recording"), messages[0]);
      assert(messages[1].startsWith("notice: Recording to"), messages[1]);
      await Deno.remove(path);
    }
  } finally {
    await run("umount", disk);
  }
});

Deno.test("a recording that is removed goes on in a new file, and what went with it is counted", async () => {
  await using folder = await temporaryFolder();
  const path = folder.path + "/run.jsonl";
  const errors: string[] = [];
  const writer = await RecordingWriter.open(path, { onError: (text) => errors.push(text) });
  writer.write(spanBatch(0, 3));
  await writer.flush();
  await Deno.remove(path);
  writer.write(spanBatch(3, 4));
  await writer.close();
  assertEquals(writer.lost, { removed: 4 });
  assertEquals(writer.recordedCount, 0);
  assertEquals(errors.length, 1);
  const { report } = await readLines((await openRecording(path)).read());
  assertEquals(report.spans, 0);
  assertEquals(report.lostByWriter, 4);
});

Deno.test("a pipe takes a recording, and its reader going away is counted, not thrown", async () => {
  await using folder = await temporaryFolder();
  const path = folder.path + "/pipe";
  if (!await run("mkfifo", path)) return console.warn("Skipped: there is no mkfifo");
  // In another process: where opening a pipe blocks, a reader in this one would never come.
  const cat = new Deno.Command("cat", { args: [path], stdout: "piped" }).spawn();
  const writer = await RecordingWriter.open(path);
  writer.write(spanBatch(0, 2));
  await writer.flush();
  const reader = cat.stdout.getReader();
  let bytes = new Uint8Array();
  while (bytes.length < writer.bytesWritten) {
    bytes = new Uint8Array([...bytes, ...(await reader.read()).value!]);
  }
  const { lines, report } = await readLines(bytes);
  assertEquals(numbersOf(lines), [0, 1]);
  assertEquals(report.isComplete, true);
  cat.kill();
  await cat.status;
  await reader.cancel();
  writer.write(spanBatch(2, 5));
  await writer.close();
  assertEquals(writer.recordedCount, 2);
  assertEquals(writer.lost, { closed_pipe: 3 });
});

function spanLines(from: number, to: number): string[] {
  return new TextDecoder().decode(spanBatch(from, to).lines).trimEnd().split("\n");
}

async function run(command: string, ...args: string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, { args, stderr: "null" }).output();
    return success;
  } catch {
    return false;
  }
}
