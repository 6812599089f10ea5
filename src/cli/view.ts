import { Command } from "@commander-js/extra-typings";
import type { Command as PlainCommand } from "commander";
import { adoptStartedTraces } from "../assemble/adopt_traces.ts";
import { TraceStore } from "../assemble/trace_store.ts";
import type { Trace } from "../model/trace.ts";
import { formatTimestamp } from "../model/time.ts";
import { printTrace } from "../tui/print_trace.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";
import { type CliIo, wantsColor } from "./io.ts";
import type { SpanSource } from "./span_source.ts";
import { findSource } from "./find_source.ts";

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
        await printSource(io, source, {
          format: options.json ? formatTraceJson : textFormat(io, source),
          // As JSON each trace is what its programs sent.
          arrange: options.json || source.isLive ? (traces) => traces : adoptStartedTraces,
          isFollowing: options.follow,
        });
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

/** Prints the traces of a source: each once it is finished, the rest at the end. */
async function printSource(
  io: CliIo,
  source: SpanSource,
  options: {
    format: (trace: Trace) => string;
    arrange: (traces: readonly Trace[]) => readonly Trace[];
    isFollowing: boolean;
  },
): Promise<void> {
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
      const finished = source.isLive || isOver ? store.finishedTraces(Date.now(), isOver) : [];
      let text = "";
      const traces = [...early.splice(0), ...finished.map((each) => each.trace)];
      for (const trace of options.arrange(traces)) {
        text += options.format(trace);
        // Not one by one: a write costs more than most traces.
        if (text.length < WRITE_LENGTH) continue;
        await io.stdout.write(text);
        text = "";
      }
      if (text !== "") await io.stdout.write(text);
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
        const text = message.type === "notice"
          ? message.text
          : `${message.spanCount} spans came too fast to be printed`;
        await io.stderr.write(`trace: ${text}\n`);
      }
    }
  } finally {
    clearInterval(timer);
  }
  if (failure !== undefined) throw failure;
  await print(true);
}

const PRINT_INTERVAL_MS = 50;
const WRITE_LENGTH = 64 * 1024;

const KEYS_HELP = `
Keys in the terminal view: j k next and previous trace, Space fold, / search,
G follow, g top, ? all keys, q quit.
`;
