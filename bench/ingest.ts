import { measureRun, type RunFigures } from "./measure_run.ts";
import type { Peer, Programs } from "./peers.ts";
import { median, megabytes, printTable, ratio, thousands } from "./table.ts";

/** Options of the benchmarks that send spans. */
export interface IngestOptions {
  spanCount: number;
  /** Runs of each collector, in turn. */
  runCount: number;
}

/** Spans a second over one Unix socket: ours assembles and records, the others only assemble. */
export async function benchIngest(programs: Programs, options: IngestOptions): Promise<void> {
  const { spanCount, runCount } = options;
  const runs = new Map<Peer, RunFigures[]>(programs.peers.map((peer) => [peer, []]));
  for (let run = 0; run < runCount; run++) {
    for (const [peer, figures] of runs) {
      figures.push(await measureRun(programs, peer, { spanCount }));
    }
  }
  const rates = [...runs].map(([peer, figures]) => ({
    name: peer.name,
    completed: figures.map((run) => run.spanCount / ((run.completedMs as number) / 1e3)),
    sent: figures.map((run) => run.spanCount / (run.sentMs / 1e3)),
    peak: figures.map((run) => run.peakBytes ?? 0),
  }));
  const ours = median(rates[0].completed);
  printTable(
    `go-trace events over one Unix socket, ${spanCount / 1e6} M spans, medians of ${runCount} runs`,
    ["collector", "spans", "worst … best", "until sent", "memory", "trace is"],
    rates.map(({ name, completed, sent, peak }, index) => [
      name,
      thousands(median(completed)),
      `${thousands(Math.min(...completed))} … ${thousands(Math.max(...completed))}`,
      thousands(median(sent)),
      megabytes(median(peak)),
      index === 0 ? "–" : `${ratio(ours, median(completed))} as fast`,
    ]),
  );
}

/** Memory while many spans pass: flat in ours, growing in collectors that keep everything. */
export async function benchMemory(
  programs: Programs,
  spanCounts: readonly number[],
): Promise<void> {
  const rows: string[][] = [];
  for (const peer of programs.peers) {
    const peaks: number[] = [];
    for (const spanCount of spanCounts) {
      peaks.push((await measureRun(programs, peer, { spanCount })).peakBytes ?? 0);
    }
    rows.push([peer.name, ...peaks.map(megabytes)]);
  }
  const header = ["collector", ...spanCounts.map((count) => `${count / 1e6} M spans`)];
  printTable("Most memory held while spans pass", header, rows);
}

/** Memory while spans start that never end: ours gives the oldest up and counts them. */
export async function benchOpenSpans(programs: Programs, spanCount: number): Promise<void> {
  const [peer] = programs.peers;
  const { peakBytes = 0, sentMs, summary } = await measureRun(programs, peer, {
    spanCount,
    open: true,
  });
  printTable(`${spanCount / 1e6} M spans that start and never end`, [
    "collector",
    "starts",
    "memory",
    "received",
    "unfinished",
    "recorded",
  ], [[
    peer.name,
    thousands(spanCount / (sentMs / 1e3)),
    megabytes(peakBytes),
    ...["received", "unfinished", "recorded"].map((field) => String(summary?.[field])),
  ]]);
}
