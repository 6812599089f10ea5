import { join } from "node:path";
import type { Peer, Programs } from "./peers.ts";
import { readCpuMs } from "./read_cpu_ms.ts";
import { readPeakBytes } from "./read_peak_bytes.ts";

/** What one run of one collector gave. */
export interface RunFigures {
  readonly spanCount: number;
  /** From the first byte sent until the collector had all spans. Absent when none ends. */
  readonly completedMs: number | undefined;
  /** From the first byte sent until the last one was taken. */
  readonly sentMs: number;
  /** Most memory the collector's process held at once, where the system tells. */
  readonly peakBytes: number | undefined;
  /** Processor time that it took, where the system tells: other programs make that longer, but not much. */
  readonly cpuMs: number | undefined;
  /** The counters that it printed at its end, when it prints any. */
  readonly summary: Readonly<Record<string, unknown>> | undefined;
}

/** What {@linkcode measureRun} is to send. */
export interface RunOptions {
  spanCount: number;
  /** Send starts only. */
  open?: boolean;
}

/** Starts a collector, sends it spans, and stops it. */
export async function measureRun(
  programs: Programs,
  peer: Peer,
  options: RunOptions,
): Promise<RunFigures> {
  const folder = await Deno.makeTempDir({ prefix: "trace-bench-" });
  try {
    const { process, completed } = await peer.start(folder, options.spanCount);
    await using _process = process;
    const cpuBeforeMs = await readCpuMs(process.pid) ?? 0;
    const isCompleted = options.open ? undefined : completed();
    const sent = await send(programs.sender, join(folder, "socket"), options);
    const began = BigInt(sent["began_unix_nano"]);
    const completedAt = await isCompleted;
    const peakBytes = await readPeakBytes(process.pid);
    const cpuMs = await readCpuMs(process.pid);
    return {
      spanCount: options.spanCount,
      completedMs: completedAt === undefined ? undefined : Number(completedAt - began) / 1e6,
      sentMs: Number(BigInt(sent["ended_unix_nano"]) - began) / 1e6,
      peakBytes,
      cpuMs: cpuMs && cpuMs - cpuBeforeMs,
      summary: await process.stop(),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function send(
  sender: string,
  socket: string,
  options: RunOptions,
): Promise<Record<string, string>> {
  const args = ["-socket", socket, "-spans", String(options.spanCount)];
  if (options.open) args.push("-open");
  const { success, stdout, stderr } = await new Deno.Command(sender, { args }).output();
  if (!success) throw new Error(`The sender failed: ${new TextDecoder().decode(stderr).trim()}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
