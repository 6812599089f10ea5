import { Command } from "@commander-js/extra-typings";
import type { Command as PlainCommand } from "commander";
import { TraceStore } from "../assemble/trace_store.ts";
import type { Trace } from "../model/trace.ts";
import { formatTimestamp } from "../model/time.ts";
import { printTrace } from "../tui/print_trace.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";
import { type CliIo, wantsColor } from "./io.ts";
import type { SpanSource } from "./span_source.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import { findSource } from "./find_source.ts";
import { describeNoMatch, readWhere, WHERE_OPTION } from "./where_option.ts";

/** Builds `trace view`. */
export function createViewCommand(io: CliIo, _setExitCode: (code: number) => void): PlainCommand {
  return new Command("view")
    .argument(
      "[sources...]",
      "trace files of any format, - for standard input, a socket, or jaeger+http://HOST:PORT; without one the running session",
    )
    .option(...WHERE_OPTION)
    .option("--print", "print traces as text, as when the output is no terminal")
    .option("--json", "print one trace a line as JSON")
    .option("--no-follow", "print what is there now and stop")
    .addHelpText("after", KEYS_HELP)
    .action(async (names, options) => {
      const where = await readWhere(options.where);
      const source = await findSource(io, names);
      if (options.json || options.print || !io.stdout.isTerminal) {
        const format = options.json ? formatTraceJson : textFormat(io, source);
        await printSource(io, source, { format, where, isFollowing: options.follow });
        return;
      }
      const { showSource } = await import("./view_terminal.ts");
      await showSource(io, source, { where, isFollowing: options.follow });
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

/** How to print a trace, and which of its spans the query found, if there is one. */
type FormatTrace = (trace: Trace, found?: ArrayLike<number>) => string;

function textFormat(io: CliIo, source: SpanSource): FormatTrace {
  const color = wantsColor(io, io.stdout);
  return (trace, found) => {
    const nowUnixNano = source.isLive ? BigInt(Date.now()) * 1_000_000n : undefined;
    return printTrace(trace, { color, nowUnixNano, marked: found && new Set(Array.from(found)) });
  };
}

/**
 * Prints the traces of a source in which the query finds something, if there is one: each once it is
 * finished, the rest at the end.
 */
async function printSource(
  io: CliIo,
  source: SpanSource,
  options: { format: FormatTrace; where: SpanQuery | undefined; isFollowing: boolean },
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
  let printedCount = 0;
  function print(isOver: boolean): Promise<void> {
    return printing = printing.then(async () => {
      const finished = source.isLive || isOver ? store.finishedTraces(Date.now(), isOver) : [];
      let text = "";
      for (const trace of [...early.splice(0), ...finished.map((each) => each.trace)]) {
        const found = options.where?.findSpans(trace);
        if (found?.length === 0) continue;
        printedCount++;
        text += options.format(trace, found);
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
  if (options.where !== undefined && printedCount === 0) {
    await io.stderr.write(`trace: ${describeNoMatch(options.where)}\n`);
  }
}

const PRINT_INTERVAL_MS = 50;
const WRITE_LENGTH = 64 * 1024;

const KEYS_HELP = `
Keys in the terminal view: j k next and previous trace, Space fold, / search,
G follow, g top, ? all keys, q quit.
`;
