import { assertEquals, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { fileSource } from "../../src/cli/file_source.ts";
import type { SourceMessage } from "../../src/cli/span_source.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

const SPANS = [
  { traceId: "1a", id: "2b", name: "get", timestamp: 1_000_000, duration: 500 },
  { traceId: "1a", id: "2c", parentId: "2b", name: "open", timestamp: 1_000_100 },
];

Deno.test("a packed Zipkin file with faults gives its spans, and says what it lacks", () =>
  inTemporaryFolder(async (folder) => {
    const path = `${folder}/trace.bin`;
    const text = JSON.stringify([...SPANS, { id: "x" }]).slice(0, -1);
    await Deno.writeFile(path, gzipSync(text));
    const messages = await read(fileSource({ name: "trace.bin", path }).read(NEVER));
    assertEquals(messages.spans, ["get ended", "open unfinished"]);
    assertEquals(messages.notices, [
      "spans of trace.bin were skipped: invalid_time 1; the first: " +
      "A span has neither timestamp nor annotations",
      `trace.bin is damaged in one place at byte ${text.length}, ` +
      "which could not be read: the end is missing",
    ]);
  }));

Deno.test("standard input is recognised by its content, too", async () => {
  const bytes = new Blob([JSON.stringify(SPANS)]).stream();
  const messages = await read(fileSource({ name: "standard input", bytes }).read(NEVER));
  assertEquals(messages, { spans: ["get ended", "open unfinished"], notices: [] });
});

Deno.test("what is no trace is refused with the formats that are understood", async () => {
  const bytes = new Blob(['{"hello":"world"}']).stream();
  const source = fileSource({ name: "standard input", bytes });
  await assertRejects(() => read(source.read(NEVER)), Error, "OTLP (JSON, JSON lines or protobuf)");
});

const NEVER = new AbortController().signal;

async function read(
  messages: AsyncIterable<SourceMessage>,
): Promise<{ spans: string[]; notices: string[] }> {
  const spans: string[] = [];
  const notices: string[] = [];
  for await (const message of messages) {
    if (message.type === "notice") notices.push(message.text);
    if (message.type !== "spans") continue;
    for (const { name, state } of message.spans) spans.push(`${name} ${state}`);
  }
  return { spans, notices };
}
