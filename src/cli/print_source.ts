import { TraceStore } from "../assemble/trace_store.ts";
import type { Trace } from "../model/trace.ts";
import type { SpanQuery } from "../query/compile_query.ts";
import type { CliIo } from "./io.ts";
import { readTraces } from "./read_traces.ts";
import type { SourceMessage, SpanSource } from "./span_source.ts";
import { describeNoMatch } from "./where_option.ts";

/** How to print a trace, and which of its spans the query found, if there is one. */
export type FormatTrace = (trace: Trace, found?: ArrayLike<number>) => string;

/** How the traces of a source are printed. */
export interface PrintSourceOptions {
  readonly format: FormatTrace;
  /** Only traces in which it finds something are printed. */
  readonly where: SpanQuery | undefined;
  /** Whether to wait for what a live source has not told yet. */
  readonly isFollowing: boolean;
}

/**
 * Prints the traces of a source to standard output: those of what is stored each once it has been read whole,
 * those of a live source each once nothing of it runs any more, and the rest at the end.
 *
 * @throws {Error} When the source cannot be read or the output cannot be written.
 */
export async function printSource(
  io: CliIo,
  source: SpanSource,
  options: PrintSourceOptions,
): Promise<void> {
  const printer = new TracePrinter(io, options);
  if (source.isLive) await printLive(io, source, printer, options.isFollowing);
  else await printStored(io, source, printer);
  if (options.where !== undefined && printer.printedCount === 0) {
    await io.stderr.write(`trace: ${describeNoMatch(options.where)}\n`);
  }
}

async function printStored(io: CliIo, source: SpanSource, printer: TracePrinter): Promise<void> {
  for await (const message of readTraces(source, io.signal)) {
    if (message.type === "traces") await printer.print(message.traces);
    else await tell(io, message);
  }
}

async function printLive(
  io: CliIo,
  source: SpanSource,
  printer: TracePrinter,
  isFollowing: boolean,
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
      const finished = store.finishedTraces(Date.now(), isOver).map(({ trace }) => trace);
      await printer.print([...early.splice(0), ...finished]);
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
        if (!isFollowing) break;
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

/** Prints traces in which the query finds something, many with one write. */
class TracePrinter {
  printedCount = 0;
  readonly #io: CliIo;
  readonly #options: PrintSourceOptions;

  constructor(io: CliIo, options: PrintSourceOptions) {
    this.#io = io;
    this.#options = options;
  }

  async print(traces: readonly Trace[]): Promise<void> {
    const { format, where } = this.#options;
    let text = "";
    for (const trace of traces) {
      const found = where?.findSpans(trace);
      if (found?.length === 0) continue;
      this.printedCount++;
      text += format(trace, found);
      // Not one by one: a write costs more than most traces.
      if (text.length < WRITE_LENGTH) continue;
      await this.#io.stdout.write(text);
      text = "";
    }
    if (text !== "") await this.#io.stdout.write(text);
  }
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
