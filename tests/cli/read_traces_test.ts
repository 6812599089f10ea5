import { assertEquals } from "@std/assert";
import { fileSource } from "../../src/cli/file_source.ts";
import { readTraces } from "../../src/cli/read_traces.ts";
import { RecordingWriter } from "../../src/recording/recording_writer.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

function line(traceId: string, id: string, more = ""): string {
  return `{"id":"${id}","trace_id":"${traceId}","name":"n","kind":"http",` +
    `"start_time":"1970-01-01T00:00:00Z","end_time":"1970-01-01T00:00:01Z"${more}}\n`;
}

const LINES = line("a", "1") + line("b", "2") + line("a", "3", ',"attrs":{"n":1}');

async function readAll(path: string, isRereadable: boolean): Promise<string[][]> {
  const source = fileSource({ name: path, path, isRereadable });
  const traces: string[][] = [];
  for await (const message of readTraces(source, new AbortController().signal)) {
    if (message.type !== "traces") continue;
    for (const { nodes } of message.traces) traces.push(nodes.map(({ span }) => span.spanId));
  }
  return traces;
}

Deno.test("a recording is read twice, and each trace comes whole with its last span", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/run.jsonl`;
    const writer = await RecordingWriter.open(path);
    writer.write({ lines: new TextEncoder().encode(LINES), spanCount: 3 });
    await writer.close();
    assertEquals(await readAll(path, true), [["2"], ["1", "3"]]);
    // What a killed collector leaves behind the last checkpoint is counted, too.
    await Deno.writeTextFile(path, line("b", "4"), { append: true });
    assertEquals(await readAll(path, true), [["1", "3"], ["2", "4"]]);
    assertEquals(await readAll(path, false), [["1", "3"], ["2", "4"]]);
  }));

Deno.test("files of other formats are read the same way", () =>
  inTemporaryFolder(async (folder) => {
    const lines = `${folder}/lines.jsonl`;
    await Deno.writeTextFile(lines, LINES);
    assertEquals(await readAll(lines, true), [["2"], ["1", "3"]]);
    const zipkin = `${folder}/zipkin.json`;
    const span = (traceId: string, id: string): object => ({
      traceId,
      id,
      timestamp: 1,
      duration: 1,
    });
    await Deno.writeTextFile(
      zipkin,
      JSON.stringify([span("a", "1"), span("b", "2"), span("a", "3")]),
    );
    assertEquals((await readAll(zipkin, true)).map((ids) => ids.length), [1, 2]);
  }));
