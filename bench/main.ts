import { benchIngest, benchMemory, benchOpenSpans } from "./ingest.ts";
import { buildPrograms } from "./peers.ts";
import { benchReplay } from "./replay.ts";
import { benchSdk } from "./sdk.ts";
import { benchStartup } from "./startup.ts";

const NAMES = ["ingest", "memory", "open", "replay", "startup", "sdk"];

/**
 * Runs the benchmarks that are named, or all of them, and prints ratios. It asserts nothing: on
 * another machine the times differ, the ratios little.
 *
 *     deno task bench [ingest] [memory] [open] [replay] [startup] [sdk]
 */
async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    console.error(`Unknown benchmark "${unknown}"; there are ${NAMES.join(", ")}`);
    return 2;
  }
  const { build, version } = Deno;
  console.log(`Deno ${version.deno}, ${navigator.hardwareConcurrency} CPUs, ${build.target}`);
  const wanted = new Set(names.length === 0 ? NAMES : names);
  const folder = await Deno.makeTempDir({ prefix: "trace-bench-" });
  try {
    const needsPrograms = NAMES.slice(0, 4).some((name) => wanted.has(name));
    const programs = needsPrograms ? await buildPrograms(folder) : undefined;
    if (programs !== undefined) {
      if (wanted.has("ingest")) await benchIngest(programs, { spanCount: 2_000_000, runCount: 3 });
      if (wanted.has("memory")) await benchMemory(programs, [1_000_000, 5_000_000]);
      if (wanted.has("open")) await benchOpenSpans(programs, 5_000_000);
    }
    if (wanted.has("replay")) {
      await benchReplay(folder, programs, { spanCount: 2_000_000, runCount: 3, paceSeconds: 60 });
    }
    if (wanted.has("startup")) await benchStartup(folder, 25);
    if (wanted.has("sdk")) await benchSdk(folder, 5);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
