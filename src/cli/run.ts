import type { Command } from "commander";
import { TraceStore } from "../assemble/trace_store.ts";
import { viewMessages } from "../broadcast/live_client.ts";
import type { Span } from "../model/span.ts";
import { decodeSpanLine } from "../wire/span_line/decode_span_line.ts";
import { CommandError } from "./command_error.ts";
import {
  type CommandEnd,
  endCommandSpan,
  linkCommandSpan,
  startCommandSpan,
} from "./command_span.ts";
import { CommandTree } from "./command_tree.ts";
import { describeCounters } from "./describe_counters.ts";
import { describeToken, readToken } from "./describe_token.ts";
import { formatCount } from "./describe_reasons.ts";
import { type CliIo, wantsColor } from "./io.ts";
import { commandEnv, spanEnv } from "./command_env.ts";
import { runCommand } from "./run_command.ts";
import { type Session, startSession, type Summary } from "./session.ts";
import {
  createSessionCommand,
  type DefaultPorts,
  printNotice,
  toSessionOptions,
} from "./session_options.ts";
import { formatReadyJson, formatSummaryJson } from "./session_json.ts";
import { showSessionInBrowser } from "./session_web.ts";
import { formatTraceJson } from "./trace_json.ts";
import { TraceLinks } from "./trace_links.ts";

/** Builds `trace run`. */
export function createRunCommand(io: CliIo, setExitCode: (code: number) => void): Command {
  return createSessionCommand("run", FREE_PORTS)
    .option(
      "--json",
      "print one JSON object a line: ready, each trace, then summary; on standard error",
    )
    .option(
      "--quiet",
      "print no traces, only the command's own output (and what --json prints)",
    )
    .argument("<command...>", "the command and its arguments; put -- in front of them")
    .passThroughOptions()
    .usage("[options] [--] COMMAND...")
    .addHelpText("after", EXIT_CODES_HELP)
    .action(async (command, options) => {
      const record: { links?: TraceLinks; ended?: Span } = {};
      await using session = await startSession(io, {
        ...toSessionOptions(io, options, FREE_PORTS),
        token: readToken(io),
        title: command.join(" "),
        onNotice: printNotice(io),
        onSpans: (batch) => record.links?.consume(batch),
        onDrained(): void {
          const { links, ended } = record;
          // Only now it is known which traces there were.
          if (ended === undefined || links === undefined) return;
          session.record(linkCommandSpan(ended, links.links, session.summary().traces - 1));
        },
      }).catch((error) => {
        throw new CommandError(error.message);
      });
      await using web = await showSessionInBrowser(io, session, options);
      if (options.json) await tell(io, formatReadyJson(session, web?.url));
      else if (!options.quiet) {
        await tell(io, describeToken(session));
        if (web !== undefined) await tell(io, `Browser: ${web.url}\n`);
      }
      const env = await commandEnv(io, session);
      // Not before it really starts: preparing took a while.
      const span = startCommandSpan(command);
      record.links = new TraceLinks(span.traceId);
      session.record(span);
      const tree = options.json
        ? new TraceLines()
        : new CommandTree(span, { color: wantsColor(io, io.stderr) });
      const printing = options.quiet ? undefined : printTraces(io, session, tree);
      const end = await runCommand(io, command, { ...env, ...spanEnv(span) });
      const ended = record.ended = endCommandSpan(span, end);
      await session.close();
      await printing;
      if (end.error !== undefined) await tell(io, `trace: ${end.error}\n`);
      if (tree instanceof TraceLines) await tell(io, formatSummaryJson(session));
      else if (end.error === undefined && !options.quiet) {
        const summary = session.summary();
        const counts = describeContents(summary, tree.hasOwnSpans);
        await tell(
          io,
          tree.printEnd({ span: ended, end: describeEnd(end), counts }) +
            describeCounters(summary) + "\n" +
            (session.out === undefined ? "" : `Open it: trace view ${session.out}\n`),
        );
      }
      setExitCode(end.exitCode);
    }) as unknown as Command;
}

/** A command never clashes with another session. */
const FREE_PORTS: DefaultPorts = { otlpHttp: 0, otlpGrpc: 0, zipkin: 0 };

const EXIT_CODES_HELP = `
Ends with the command's own exit code, 128 + n when signal n ended it, 127 when there is no such
command, 126 when it cannot be executed. SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGUSR2 are passed on
to the command. A second one of the first three kills it; the exit code is 130 then.
`;

/** What is printed of the spans that come: the command's tree, or a line a trace. */
interface Printer {
  add(span: Span, nowMs: number): void;
  /** What is finished by now; at the end all that is left. */
  print(nowMs: number, isFinal?: boolean): string;
}

class TraceLines implements Printer {
  readonly #store = new TraceStore();

  add(span: Span, nowMs: number): void {
    this.#store.add(span, nowMs);
  }

  print(nowMs: number, isFinal = false): string {
    return this.#store.finishedTraces(nowMs, isFinal)
      .map(({ trace }) => formatTraceJson(trace)).join("");
  }
}

/** Prints what runs under the command, each tree when it is finished; resolves with the session. */
async function printTraces(io: CliIo, session: Session, tree: Printer): Promise<void> {
  let printing = Promise.resolve();
  function print(text: string): Promise<void> {
    return printing = printing.then(() => text === "" ? undefined : tell(io, text));
  }
  const timer = setInterval(() => void print(tree.print(Date.now())), PRINT_INTERVAL_MS);
  try {
    for await (const message of viewMessages(session.live.watch())) {
      if (message.type === "skipped") {
        await print(`trace: ${message.spanCount} spans came too fast to be printed\n`);
      }
      if (message.type !== "spans") continue;
      for (const line of message.lines) tree.add(decodeSpanLine(line), Date.now());
    }
  } finally {
    clearInterval(timer);
  }
  await print(tree.print(Date.now(), true));
}

/** Writes to standard error; whether anybody reads it is no matter of the command's. */
async function tell(io: CliIo, text: string): Promise<void> {
  await io.stderr.write(text).catch(() => {});
}

function describeEnd({ exitCode, signal }: CommandEnd): string {
  return signal === undefined ? `exit code ${exitCode}` : `${signal} (exit code ${exitCode})`;
}

/** What ran under the command, itself left out. */
function describeContents(
  { spans, unfinished, traces }: Summary,
  hasOwnSpans: boolean,
): string {
  const spanCount = spans + unfinished - 1;
  if (spanCount <= 0) return "no spans";
  const traceCount = traces - (hasOwnSpans ? 0 : 1);
  return `${formatCount(spanCount, "span")} in ${formatCount(traceCount, "trace")}`;
}

const PRINT_INTERVAL_MS = 50;
