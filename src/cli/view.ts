import { Command } from "@commander-js/extra-typings";
import type { Command as PlainCommand } from "commander";
import { TraceStore } from "../assemble/trace_store.ts";
import type { Trace } from "../model/trace.ts";
import { formatTimestamp } from "../model/time.ts";
import { printTrace } from "../tui/print_trace.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";
import { type CliIo, wantsColor } from "./io.ts";
import { findSource } from "./find_source.ts";
import { readTraces } from "./read_traces.ts";
import type { SourceMessage, SpanSource } from "./span_source.ts";

/** Builds `trace view`. */
export function createViewCommand(io: CliIo, _setExitCode: (code: number) => void): PlainCommand {
  return new Command("view")
    .argument(
      "[sources...]",
      "trace files of any format, - for standard input, a socket, or jaeger+http://HOST:PORT; without one the running session",
    )
    .option("--print", "print traces as text, as when the output is no terminal")
    .option("--json", "print one trace a line as JSON")
    .option("--no-follow", "print what is there now and stop")
    .addHelpText("after", KEYS_HELP)
    .action(async (names, options) => {
      const source = await findSource(io, names);
      if (options.json || options.print || !io.stdout.isTerminal) {
        const format = options.json ? formatTraceJson : textFormat(io, source);
        await printSource(io, source, { format, isFollowing: options.follow });
        return;
      }
      const { showSource } = await import("./view_terminal.ts");
      await showSource(io, source, { isFollowing: options.follow });
    }) as unknown as PlainCommand;
}

/** What `--json` prints for a trace: one line. */
export function formatTraceJson(trace: Trace): string {
  // Spliced, because only the encoder writes 64-bit integers and times without loss.
  const spans = trace.nodes.map((node) => encodeSpanLine(node.span).trimEnd()).join(",");
  const start = formatTimestamp(trace.startTimeUnixNano);
  return `{"trace_id":${JSON.stringify(trace.traceId)},"start_time":"${start}",` +
    `"duration_ns":${trace.durationNano},"spans":[${spans}]}\n`;
}

function textFormat(io: CliIo, source: SpanSource): (trace: Trace) => string {
  const color = wantsColor(io, io.stdout);
  return (trace) => {
    const nowUnixNano = source.isLive ? BigInt(Date.now()) * 1_000_000n : undefined;
    return printTrace(trace, { color, nowUnixNano });
  };
}

/** How traces are printed. */
interface PrintOptions {
  readonly format: (trace: Trace) => string;
  /** Whether to wait for what a live source has not told yet. */
  readonly isFollowing: boolean;
}

function printSource(io: CliIo, source: SpanSource, options: PrintOptions): Promise<void> {
  return source.isLive ? printLive(io, source, options) : printStored(io, source, options);
}

/** Prints the traces of what is stored, each once it has been read whole. */
async function printStored(io: CliIo, source: SpanSource, options: PrintOptions): Promise<void> {
  for await (const message of readTraces(source, io.signal)) {
    if (message.type === "traces") await printTraces(io, message.traces, options);
    else await tell(io, message);
  }
}

/** Prints the traces of a live source: each once nothing of it runs any more, the rest at the end. */
async function printLive(io: CliIo, source: SpanSource, options: PrintOptions): Promise<void> {
  const early: Trace[] = [];
  const store = new TraceStore({
    maxTraces: Infinity,
    maxSpansPerTrace: Infinity,
    onEvict: (trace) => early.push(trace),
  });
  const stop = new AbortController();
  const signal = AbortSignal.any([io.signal, stop.signal]);
  let printing = Promise.resolve();
  function print(isOver: boolean): Promise<void> {
    return printing = printing.then(async () => {
      const finished = store.finishedTraces(Date.now(), isOver).map(({ trace }) => trace);
      await printTraces(io, [...early.splice(0), ...finished], options);
    });
  }
  let failure: unknown;
  // A failed write ends the reading, too: nobody is left to print for.
  const timer = setInterval(() => {
    print(false).catch((error) => {
      failure = error;
      stop.abort();
    });
  }, PRINT_INTERVAL_MS);
  try {
    for await (const message of source.read(signal)) {
      if (message.type === "spans") {
        for (const span of message.spans) store.add(span, Date.now());
        if (early.length > 0) await print(false);
      } else if (message.type === "live") {
        if (!options.isFollowing) break;
      } else {
        await tell(io, message);
      }
    }
  } finally {
    clearInterval(timer);
  }
  if (failure !== undefined) throw failure;
  await print(true);
}

async function printTraces(
  io: CliIo,
  traces: readonly Trace[],
  { format }: PrintOptions,
): Promise<void> {
  let text = "";
  for (const trace of traces) {
    text += format(trace);
    // Not one by one: a write costs more than most traces.
    if (text.length < WRITE_LENGTH) continue;
    await io.stdout.write(text);
    text = "";
  }
  if (text !== "") await io.stdout.write(text);
}

/** Tells the user what a source says besides spans. */
async function tell(io: CliIo, message: SourceMessage): Promise<void> {
  if (message.type === "notice") await io.stderr.write(`trace: ${message.text}\n`);
  if (message.type === "skipped") {
    await io.stderr.write(`trace: ${message.spanCount} spans came too fast to be printed\n`);
  }
}

const PRINT_INTERVAL_MS = 50;
const WRITE_LENGTH = 64 * 1024;

const KEYS_HELP = `
Keys in the terminal view: j k next and previous trace, Space fold, / search,
G follow, g top, ? all keys, q quit.
`;
