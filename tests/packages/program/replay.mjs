import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { record, replayFile } from "@trace/sdk/replay";

const folder = await mkdtemp(join(tmpdir(), "replay-"));
const file = join(folder, "old.jsonl");
const socket = join(folder, "events.sock");
const lines = Array.from({ length: 1000 }, (_, index) => {
  const [start, end] = [index, index + 5].map((ms) =>
    new Date(Date.UTC(2026, 2, 11) + ms).toISOString()
  );
  return `{"id":"${index}","trace_id":"t","name":"n","kind":"http","start_time":"${start}","end_time":"${end}"}\n`;
});
await writeFile(file, lines.join(""));
const recorder = await record(join(folder, "new.jsonl.gz"), { socket });
const { outcome, sentSpanCount } = await replayFile(file, { to: `unix://${socket}`, speed: 10 });
const { recorded } = await recorder.close();
const { error } = await replayFile(file, { to: "http://127.0.0.1:1" });
await rm(folder, { recursive: true });
console.log(JSON.stringify({ outcome, sentSpanCount, recorded, error }));
