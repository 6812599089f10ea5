import type { Command } from "commander";
import { TraceStore } from "../assemble/trace_store.ts";
import { viewMessages } from "../broadcast/live_client.ts";
import { printTrace } from "../tui/print_trace.ts";
import { decodeSpanLine } from "../wire/span_line/decode_span_line.ts";
import { startCommandSpan } from "./command_span.ts";
import { CommandError } from "./command_error.ts";
import { describeCounters } from "./describe_counters.ts";
import { type CliIo, wantsColor } from "./io.ts";
import { nodeOptions } from "./node_register.ts";
import { type Session, startSession } from "./session.ts";
import { openSessionFolder } from "./session_folder.ts";
import {
  createSessionCommand,
  type DefaultPorts,
  printNotice,
  toSessionOptions,
} from "./session_options.ts";

/** Builds `trace run`. */
export function createRunCommand(io: CliIo, setExitCode: (code: number) => void): Command {
  return createSessionCommand("run", FREE_PORTS)
    .option("--quiet", "print no traces, only the command's own output")
    .argument("<command...>", "the command and its arguments; put -- in front of them")
    .passThroughOptions()
    .usage("[options] [--] COMMAND...")
    .action(async (command, options) => {
      await using session = await startSession(io, {
        ...toSessionOptions(io, options, FREE_PORTS),
        title: command.join(" "),
        onNotice: printNotice(io),
      }).catch((error) => {
        throw new CommandError(error.message);
      });
      const printing = options.quiet ? undefined : printTraces(io, session);
      const exitCode = await runCommand(io, command, session).catch(async (error) => {
        await session.close();
        throw error;
      });
      await session.close();
      await printing;
      if (!options.quiet) {
        await io.stderr.write(
          describeCounters(session.summary()) + "\n" +
            (session.out === undefined ? "" : `Open it: trace view ${session.out}\n`),
        );
      }
      setExitCode(exitCode);
    }) as unknown as Command;
}

/** A command never clashes with another session. */
const FREE_PORTS: DefaultPorts = { otlpHttp: 0, otlpGrpc: 0, zipkin: 0 };

/** Runs the command with this process's streams; returns its exit code, 128 + n for a signal. */
async function runCommand(
  io: CliIo,
  command: readonly string[],
  session: Session,
): Promise<number> {
  const env = await commandEnv(io, session);
  let child: Deno.ChildProcess;
  const span = startCommandSpan(session, command);
  try {
    child = new Deno.Command(command[0], {
      args: command.slice(1),
      env: { ...env, TRACEPARENT: span.traceparent },
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    span.end({ error: (error as Error).message });
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CommandError(
      `Cannot run "${command[0]}": no such command; check its name and PATH`,
      1,
    );
  }
  function passOn(): void {
    const signal = io.signal.reason as Deno.Signal;
    // Ctrl-C at a terminal reaches the command by itself; a second one would cut its clean-up short.
    if (signal === "SIGINT" && io.stdin.isTerminal) return;
    try {
      child.kill(signal);
    } catch {
      // It has just ended.
    }
  }
  if (io.signal.aborted) passOn();
  io.signal.addEventListener("abort", passOn);
  const status = await child.status;
  io.signal.removeEventListener("abort", passOn);
  span.end({
    "process.pid": String(child.pid),
    "process.exit.code": String(status.code),
    ...(status.signal === null ? {} : { "process.exit.signal": status.signal }),
    ...(status.success ? {} : { error: `exit code ${status.code}` }),
  });
  return status.code;
}

/** The environment in which programs of all kinds find this session. */
async function commandEnv(io: CliIo, session: Session): Promise<Record<string, string>> {
  const { socket } = session.info;
  const { otlpHttp } = session.endpoints;
  const env: Record<string, string> = { TRACE_SOCKET: socket, GOTRACE_SOCKET: socket };
  if (otlpHttp !== undefined) {
    env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://${otlpHttp}`;
    // Whatever the user's shell says of these would send the spans elsewhere, or not at all.
    env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = `http://${otlpHttp}/v1/traces`;
    env.OTEL_EXPORTER_OTLP_PROTOCOL = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL = "http/protobuf";
    env.OTEL_TRACES_EXPORTER = "otlp";
    for (const name of Object.keys(OTEL_DEFAULTS)) {
      if (io.env(name) === undefined) env[name] = OTEL_DEFAULTS[name];
    }
  }
  const node = await nodeOptions(await openSessionFolder(io), io.env("NODE_OPTIONS"));
  if (node !== undefined) env.NODE_OPTIONS = node;
  return env;
}

/** What serves most users best, unless they have decided otherwise. */
const OTEL_DEFAULTS: Readonly<Record<string, string>> = {
  OTEL_DENO: "true",
  // Finished spans are shown within moments, not after five seconds.
  OTEL_BSP_SCHEDULE_DELAY: "100",
  // What is logged within a span becomes an event of it.
  OTEL_LOGS_EXPORTER: "otlp",
  OTEL_BLRP_SCHEDULE_DELAY: "100",
  // They would only be counted.
  OTEL_METRICS_EXPORTER: "none",
};

/** Prints each trace to standard error once nothing of it runs any more; resolves with the session. */
async function printTraces(io: CliIo, session: Session): Promise<void> {
  const store = new TraceStore();
  const color = wantsColor(io, io.stderr);
  async function print(isOver: boolean): Promise<void> {
    for (const { trace } of store.finishedTraces(isOver ? Infinity : Date.now())) {
      await io.stderr.write(printTrace(trace, { color }));
    }
  }
  const timer = setInterval(() => void print(false).catch(() => {}), PRINT_INTERVAL_MS);
  try {
    for await (const message of viewMessages(session.live.watch())) {
      if (message.type === "skipped") {
        await io.stderr.write(`trace: ${message.spanCount} spans came too fast to be printed\n`);
      }
      if (message.type !== "spans") continue;
      for (const line of message.lines) store.add(decodeSpanLine(line), Date.now());
    }
  } finally {
    clearInterval(timer);
  }
  await print(true);
}

const PRINT_INTERVAL_MS = 50;
