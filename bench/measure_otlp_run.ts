import { join } from "node:path";
import type { OtlpPeer } from "./otlp_peers.ts";
import { readPeakBytes } from "./read_peak_bytes.ts";

/** How OTLP travels. */
export type OtlpProtocol = "http" | "grpc";

/** What one run of one collector gave. */
export interface OtlpFigures {
  /** From the first byte sent until the file had all spans. */
  readonly recordedMs: number;
  /** Time of all cores that the collector's process took for it, without its start. */
  readonly cpuSeconds: number;
  /** Most memory that it held at once. */
  readonly peakBytes: number;
  /** Size of the file. */
  readonly fileBytes: number;
}

/** Starts a collector in an empty folder, sends it spans, and waits until the file has them. */
export async function measureOtlpRun(options: {
  sender: string;
  peer: OtlpPeer;
  protocol: OtlpProtocol;
  spanCount: number;
  folder: string;
}): Promise<OtlpFigures> {
  const { sender, peer, protocol, spanCount, folder } = options;
  const out = join(folder, "out");
  await using collector = await peer.start(folder, out);
  const cpuBefore = await readCpuSeconds(collector.pid);
  const recorded = collector.recorded(spanCount);
  const args = [
    "-protocol",
    protocol,
    "-address",
    collector[protocol],
    "-spans",
    String(spanCount),
  ];
  const { success, stdout, stderr } = await new Deno.Command(sender, { args }).output();
  if (!success) throw new Error(`The sender failed: ${new TextDecoder().decode(stderr).trim()}`);
  const { began_unix_nano: began } = JSON.parse(new TextDecoder().decode(stdout));
  const recordedMs = Number(await recorded - BigInt(began)) / 1e6;
  const cpuSeconds = await readCpuSeconds(collector.pid) - cpuBefore;
  const peakBytes = await readPeakBytes(collector.pid) ?? 0;
  await collector.stop();
  await peer.check(out, spanCount);
  return { recordedMs, cpuSeconds, peakBytes, fileBytes: (await Deno.stat(out)).size };
}

/** Time that a process has spent on all cores; 0 where the system does not tell. */
async function readCpuSeconds(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
  // The name, in parentheses, may have spaces. Behind it are 11 fields, then user and system time.
  const [user = 0, system = 0] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13)
    .map(Number);
  return (user + system) / TICKS_A_SECOND;
}

/** What Linux counts in, whatever the kernel's own ticks are. */
const TICKS_A_SECOND = 100;
