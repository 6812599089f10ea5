import { benchDiff } from "./diff.ts";
import { benchIngest, benchMemory, benchOpenSpans } from "./ingest.ts";
import { benchOtlp } from "./otlp.ts";
import { buildPrograms, type Programs } from "./peers.ts";
import { benchQueries } from "./query.ts";
import { benchReplay } from "./replay.ts";
import { benchSdk } from "./sdk.ts";
import { benchStartup } from "./startup.ts";
import { benchStats } from "./stats.ts";
import { benchView } from "./view.ts";
import { benchViewers } from "./viewers.ts";
import { benchViews } from "./views.ts";

/** What a benchmark has to work with. */
interface BenchContext {
  /** Removed at the end. */
  readonly folder: string;
  /** The sender and the peers that are written in Go, built when first asked for; `undefined` without Go. */
  programs(): Promise<Programs | undefined>;
}

const BENCHES: Readonly<Record<string, (context: BenchContext) => Promise<void> | void>> = {
  async ingest({ programs }): Promise<void> {
    const built = await programs();
    if (built !== undefined) await benchIngest(built, { spanCount: 2_000_000, runCount: 3 });
  },
  async memory({ programs }): Promise<void> {
    const built = await programs();
    if (built !== undefined) await benchMemory(built, [1_000_000, 5_000_000]);
  },
  async open({ programs }): Promise<void> {
    const built = await programs();
    if (built !== undefined) await benchOpenSpans(built, 5_000_000);
  },
  async viewers({ programs }): Promise<void> {
    const built = await programs();
    if (built !== undefined) await benchViewers(built, { spanCount: 2_000_000, runCount: 5 });
  },
  async replay({ folder, programs }): Promise<void> {
    const built = await programs();
    await benchReplay(folder, built, { spanCount: 2_000_000, runCount: 3, paceSeconds: 60 });
  },
  otlp: ({ folder }) => benchOtlp(folder, { spanCount: 1_000_000, runCount: 5 }),
  startup: ({ folder }) => benchStartup(folder, 25),
  sdk: ({ folder }) => benchSdk(folder, 5),
  views: () => benchViews({ spanCount: 100_000, runCount: 5 }),
  query: () => benchQueries({ spanCount: 1_000_000, runCount: 5 }),
  stats: ({ folder }) => benchStats(folder, [1_000_000, 3_000_000]),
  view: ({ folder }) =>
    benchView(folder, { spanCount: 1_000_000, keyCount: 200, spansPerSecond: 20_000 }),
  diff: ({ folder }) => benchDiff(folder, 20),
};

/**
 * Runs the benchmarks that are named, or all of them, and prints ratios. It asserts nothing: on
 * another machine the times differ, the ratios little.
 *
 *     deno task bench [NAME...]
 */
async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !Object.hasOwn(BENCHES, name));
  if (unknown !== undefined) {
    console.error(`Unknown benchmark "${unknown}"; there are ${Object.keys(BENCHES).join(", ")}`);
    return 2;
  }
  const { build, version } = Deno;
  console.log(`Deno ${version.deno}, ${navigator.hardwareConcurrency} CPUs, ${build.target}`);
  const folder = await Deno.makeTempDir({ prefix: "trace-bench-" });
  let built: Promise<Programs | undefined> | undefined;
  const context: BenchContext = { folder, programs: () => built ??= buildPrograms(folder) };
  try {
    for (const [name, bench] of Object.entries(BENCHES)) {
      if (names.length === 0 || names.includes(name)) await bench(context);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
