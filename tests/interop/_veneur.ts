import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { startTraceCollect } from "../../scripts/start_collector.ts";
import type { Span } from "../../src/model/span.ts";
import { decodeSpanLine } from "../../src/wire/span_line/decode_span_line.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

/** How SSF goes from veneur's programs to ours and back. */
export const TRANSPORTS = ["udp", "unix"] as const;

/** One of {@linkcode TRANSPORTS}. */
export type Transport = (typeof TRANSPORTS)[number];

/** What a session with SSF recorded, and what it said of it. */
export interface Recorded {
  readonly spans: readonly Span[];
  /** The names of the counters are those of the line `summary`. */
  readonly summary: Readonly<Record<string, unknown>>;
}

/** Collects what is sent to a URL while a function runs. */
export async function collectSsf(
  transport: Transport,
  send: (url: string) => Promise<void>,
): Promise<Recorded> {
  const recorded: Recorded[] = [];
  await inTemporaryFolder(async (folder) => {
    const out = join(folder, "out.jsonl");
    const ssf = transport === "udp" ? "udp://127.0.0.1:0" : `unix://${folder}/ssf`;
    await using collector = await startTraceCollect(folder, ["--out", out, "--ssf", ssf]);
    const [url] = collector.ready.ssf as string[];
    await send(url);
    const summary = await collector.stop() ?? {};
    const lines = (await Deno.readTextFile(out)).split("\n");
    const spans = lines.filter((line) => line.startsWith('{"id"')).map(decodeSpanLine);
    recorded.push({ spans, summary });
  });
  return recorded[0];
}

/** Runs a Go program, which must complain of nothing, and returns what it printed. */
export async function run(
  program: string,
  args: readonly string[],
  options: { input?: Uint8Array; exitCode?: number } = {},
): Promise<Uint8Array> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [output] = await Promise.all([
    child.output(),
    new Blob([new Uint8Array(options.input ?? [])]).stream().pipeTo(child.stdin),
  ]);
  const stderr = new TextDecoder().decode(output.stderr);
  assertEquals([output.code, withoutWarning(stderr)], [options.exitCode ?? 0, ""]);
  return output.stdout;
}

/** Leaves out what a package that veneur depends on prints in every program. */
function withoutWarning(stderr: string): string {
  return stderr.replaceAll(
    /WARNING: Package "github\.com\/golang\/protobuf\/.*(?:\n\t.*)*\n\s*/g,
    "",
  );
}
