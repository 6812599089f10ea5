import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildGo } from "../scripts/build_go.ts";
import { startCollector, startTraceCollect } from "../scripts/start_collector.ts";
import type { CollectorProcess } from "../scripts/start_collector.ts";
import { waitForRecordedSpans } from "./wait_for_recorded_spans.ts";

/** A collector under measurement. */
export interface Peer {
  readonly name: string;
  /** Starts it in an empty folder, listening on `socket` of that folder. */
  start(folder: string, spanCount: number): Promise<RunningPeer>;
}

/** A collector that listens. */
export interface RunningPeer {
  readonly process: CollectorProcess;
  /** Resolves with the time, in nanoseconds since the epoch, at which it had all spans. */
  completed(): Promise<bigint>;
}

/** What the benchmarks run: the sender, and the collectors to compare. */
export interface Programs {
  readonly sender: string;
  /** Ours first. */
  readonly peers: readonly Peer[];
}

/** `trace collect` with recording on. It has a span when the recording on disk has it. */
const TRACE: Peer = {
  name: "trace collect, recording",
  async start(folder, spanCount): Promise<RunningPeer> {
    const out = join(folder, "out.jsonl");
    const socket = join(folder, "socket");
    const process = await startTraceCollect(folder, ["--socket", socket, "--out", out]);
    return { process, completed: () => waitForRecordedSpans(out, spanCount) };
  },
};

/**
 * Builds the programs, and says which of them cannot be built here.
 *
 * @param folder Folder for the programs.
 * @returns `undefined` when there is no Go, which the sender is written in.
 */
export async function buildPrograms(folder: string): Promise<Programs | undefined> {
  const sender = await buildGo({ source: sourceOf("sender"), folder, name: "sender" });
  if (!sender.ok) {
    console.log(`The collectors are not compared: ${sender.reason}`);
    return undefined;
  }
  const peers = [TRACE];
  const goTrace = await buildGo({
    source: sourceOf("peers/gotrace"),
    folder,
    name: "gotrace",
    modules: ["github.com/mickamy/go-trace@v0.0.1"],
  });
  if (goTrace.ok) peers.push(goPeer("go-trace's Collector, not recording", goTrace.path));
  else console.log(`go-trace could not be built: ${goTrace.reason}`);
  const baseline = await buildGo({ source: sourceOf("peers/go_baseline"), folder, name: "plain" });
  if (baseline.ok) {
    peers.push(goPeer("a plain Go collector (not go-trace), not recording", baseline.path));
  }
  return { sender: sender.path, peers };
}

function goPeer(name: string, program: string): Peer {
  return {
    name,
    async start(folder, spanCount): Promise<RunningPeer> {
      const socket = join(folder, "socket");
      const args = ["-socket", socket, "-spans", String(spanCount)];
      const process = await startCollector(program, args);
      return {
        process,
        async completed(): Promise<bigint> {
          const line = await process.nextLine();
          if (line === undefined) throw new Error(`${name} ended before it had all spans`);
          return BigInt(String(line["unix_nano"]));
        },
      };
    },
  };
}

function sourceOf(folder: string): string {
  return fileURLToPath(new URL(folder, import.meta.url));
}
