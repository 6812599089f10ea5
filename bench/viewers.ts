import { fileURLToPath } from "node:url";
import { startTraceCollect } from "../scripts/start_collector.ts";
import { measureRun, type RunFigures } from "./measure_run.ts";
import type { Peer, Programs, RunningPeer } from "./peers.ts";
import { median, megabytes, printTable, ratio, thousands } from "./table.ts";
import { waitForRecordedSpans } from "./wait_for_recorded_spans.ts";

/** Options of {@linkcode benchViewers}. */
export interface ViewersOptions {
  readonly spanCount: number;
  /** Runs of each case, in turn. */
  readonly runCount: number;
}

/** Who watches while spans are collected. */
interface ViewerCase {
  readonly name: string;
  /** Options of the collector. */
  readonly options: readonly string[];
  /** Begins to watch; what is returned ends it. */
  watch?(ready: Readonly<Record<string, unknown>>): Promise<Disposable>;
}

const WEB = ["--web-address", "127.0.0.1:0", "--no-open"];

const CASES: readonly ViewerCase[] = [
  { name: "nobody", options: [] },
  { name: "the browser view's process, no page", options: WEB },
  { name: "a page that follows", options: WEB, watch: (ready) => openPage(ready, undefined) },
  { name: "a page that is suspended", options: WEB, watch: (ready) => openPage(ready, "SIGSTOP") },
  { name: "a page that was killed", options: WEB, watch: (ready) => openPage(ready, "SIGKILL") },
  { name: "a viewer that never reads", options: [], watch: connectDeafViewer },
];

/** What each kind of viewer costs the collector: the rate at which it records, and its memory. */
export async function benchViewers(programs: Programs, options: ViewersOptions): Promise<void> {
  const { spanCount, runCount } = options;
  const runs = new Map<ViewerCase, RunFigures[]>(CASES.map((each) => [each, []]));
  for (let run = 0; run < runCount; run++) {
    // Each of them comes first once: what a run leaves behind, as pages to be written to the disk, is the next one's.
    const inTurn = CASES.map((_, place) => CASES[(place + run) % CASES.length]);
    for (const each of inTurn) {
      runs.get(each)?.push(await measureRun(programs, watchedCollector(each), { spanCount }));
    }
  }
  const rateOf = (run: RunFigures): number => run.spanCount / ((run.completedMs as number) / 1e3);
  const [alone] = runs.values();
  printTable(
    `trace collect, recording, with viewers, ${
      spanCount / 1e6
    } M spans, medians of ${runCount} runs`,
    ["who watches", "spans", "of nobody's", "processor time", "of nobody's", "memory", "missed"],
    [...runs].map(([{ name }, figures]) => [
      name,
      thousands(median(figures.map(rateOf))),
      // Round by round: what else the machine does changes from one to the next.
      ratio(median(figures.map((run, round) => rateOf(run) / rateOf(alone[round]))), 1),
      `${median(figures.map((run) => run.cpuMs ?? 0)).toFixed(0)} ms`,
      ratio(median(figures.map((run, round) => (run.cpuMs ?? 0) / (alone[round].cpuMs ?? 0))), 1),
      megabytes(median(figures.map((run) => run.peakBytes ?? 0))),
      String(median(figures.map((run) => Number(run.summary?.viewers_missed ?? 0)))),
    ]),
  );
}

function watchedCollector({ name, options, watch }: ViewerCase): Peer {
  return {
    name,
    async start(folder, spanCount): Promise<RunningPeer> {
      const out = `${folder}/out.jsonl`;
      const collect = ["--socket", `${folder}/socket`, "--out", out, ...options];
      const collector = await startTraceCollect(folder, collect);
      const viewer = new DisposableStack();
      viewer.use(await watch?.(collector.ready));
      async function stop(): Promise<Record<string, unknown> | undefined> {
        viewer.dispose();
        return await collector.stop();
      }
      const process = {
        ...collector,
        stop,
        [Symbol.asyncDispose]: async (): Promise<void> => void await stop(),
      };
      return { process, completed: () => waitForRecordedSpans(out, spanCount) };
    },
  };
}

/** Opens a page, and sends it a signal once it is open. */
async function openPage(
  { web }: Readonly<Record<string, unknown>>,
  signal: Deno.Signal | undefined,
): Promise<Disposable> {
  const program = fileURLToPath(new URL("web_page.ts", import.meta.url));
  const origin = String(web).replace(/\/$/, "");
  const page = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", program, origin],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = page.stdout.getReader();
  await reader.read();
  if (signal !== undefined) page.kill(signal);
  return {
    [Symbol.dispose](): void {
      reader.cancel().catch(() => {});
      try {
        page.kill("SIGKILL");
      } catch {
        // It has gone already.
      }
    },
  };
}

/** Asks for everything as the terminal view does, and reads nothing of it. */
async function connectDeafViewer({ view }: Readonly<Record<string, unknown>>): Promise<Disposable> {
  const connection = await Deno.connect({ transport: "unix", path: String(view) });
  await connection.write(new TextEncoder().encode('{"trace_view":1,"running":true}\n'));
  return { [Symbol.dispose]: () => connection.close() };
}
