// Does one part of the statistics' work, alone in its process, and prints how long that took.
import process from "node:process";
import { StatsCollector } from "../../src/analysis/stats_collector.ts";
import { fileSource } from "../../src/cli/file_source.ts";
import { createProcessIo } from "../../src/cli/io.ts";
import { main } from "../../src/cli/main.ts";
import { decodeSpanLines } from "../../src/wire/span_line/decode_span_line.ts";

const PARTS: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  command: (path) => main(["stats", path], createProcessIo(new AbortController().signal)),
  decode: decodeFile,
  live: countLive,
};

const [part, path] = Deno.args;
const began = performance.now();
await PARTS[part](path);
const seconds = (performance.now() - began) / 1e3;
const { user, system } = process.cpuUsage();
const cpuSeconds = (user + system) / 1e6;
const status = await Deno.readTextFile("/proc/self/status").catch(() => "");
const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status);
console.log(
  JSON.stringify({ seconds, cpuSeconds, peakBytes: peak === null ? undefined : +peak[1] * 1024 }),
);

async function decodeFile(path: string): Promise<void> {
  for await (const _ of fileSource({ name: path, path }).read(new AbortController().signal));
}

/** Counts the lines of a file as `trace stats --follow` does those of a session: decoded whole, shown often. */
async function countLive(path: string): Promise<void> {
  const collector = new StatsCollector();
  let shownMs = performance.now();
  let rest = "";
  const file = await Deno.open(path);
  for await (const chunk of file.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() as string;
    const nowMs = performance.now();
    for (const line of lines) {
      if (!line.startsWith('{"id"')) continue;
      for (const span of decodeSpanLines(line)) collector.add(span, nowMs);
    }
    if (nowMs - shownMs < 500) continue;
    shownMs = nowMs;
    collector.analyzeQuiet(nowMs - 2000);
    for (const table of ["endpoint", "sql", "function", "service"] as const) {
      for (const { durations } of collector.groups(table)) durations.percentileNano(0.95);
    }
  }
  collector.finish();
}
