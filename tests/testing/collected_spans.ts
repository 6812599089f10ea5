import { startTraceCollect } from "../../scripts/start_collector.ts";
import type { Span } from "../../src/model/span.ts";
import { decodeSpanLine } from "../../src/wire/span_line/decode_span_line.ts";

/** What a program said, and what `trace collect` made of what it sent. */
export interface CollectedSpans {
  /** The spans in the recording, in the order in which they came. */
  readonly spans: readonly Span[];
  /** The counters of the collector. */
  readonly summary: Readonly<Record<string, unknown>>;
  /** The program's standard output, parsed as JSON. */
  readonly output: unknown;
}

/**
 * Runs a program on Node with packages from npm, and records what it sends to the URL that is its first
 * argument, where `trace collect` takes Zipkin's and Jaeger's formats.
 *
 * @param program A CommonJS file.
 * @param packages Names with exact versions.
 * @param folder Where the packages and the recording go.
 * @returns `undefined`, with a message, where there is no Node or the packages cannot be had.
 */
export async function collectedSpans(
  program: string,
  packages: readonly string[],
  folder: string,
): Promise<CollectedSpans | undefined> {
  await Deno.writeTextFile(`${folder}/package.json`, "{}");
  await Deno.copyFile(program, `${folder}/program.cjs`);
  const install = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"];
  if ((await run("npm", [...install, ...packages], folder))?.success !== true) {
    console.log(`skipped: npm cannot install ${packages.join(", ")}`);
    return undefined;
  }
  const out = `${folder}/out.jsonl`;
  await using collector = await startTraceCollect(folder, [
    ...["--out", out, "--otlp-http", "off", "--otlp-grpc", "off", "--zipkin", "127.0.0.1:0"],
  ]);
  const result = await run("node", ["program.cjs", `http://${collector.ready.zipkin}`], folder);
  if (result === undefined) {
    console.log("skipped: there is no Node");
    return undefined;
  }
  const decoder = new TextDecoder();
  if (!result.success) throw new Error(decoder.decode(result.stderr));
  const summary = await collector.stop() ?? {};
  const lines = (await Deno.readTextFile(out)).split("\n").filter((line) => line.includes('"id"'));
  return {
    spans: lines.map(decodeSpanLine),
    summary,
    output: JSON.parse(decoder.decode(result.stdout)),
  };
}

/** Runs a command; `undefined` when there is none of that name. */
async function run(
  command: string,
  args: string[],
  cwd: string,
): Promise<Deno.CommandOutput | undefined> {
  try {
    const env = { NO_UPDATE_NOTIFIER: "1" };
    return await new Deno.Command(command, { args, cwd, env }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
