import type { Command } from "commander";
import { CommandError } from "./command_error.ts";
import { describeCounters } from "./describe_counters.ts";
import { describeToken, readToken } from "./describe_token.ts";
import type { CliIo } from "./io.ts";
import { parseDuration } from "./parse_options.ts";
import { formatReadyJson, formatSummaryJson } from "./session_json.ts";
import { startSession } from "./session.ts";
import { showSessionInBrowser } from "./session_web.ts";
import {
  createSessionCommand,
  type DefaultPorts,
  printNotice,
  toSessionOptions,
} from "./session_options.ts";

/** Builds `trace collect`. */
export function createCollectCommand(io: CliIo, setExitCode: (code: number) => void): Command {
  return createSessionCommand("collect", STANDARD_PORTS)
    .option("--for <duration>", "stop after this time, such as 30s", parseDuration)
    .option("--json", "print one JSON object a line: ready, then summary")
    .option("--quiet", "print nothing but errors (and what --json prints)")
    .addHelpText("after", ENVIRONMENT_HELP)
    .action(async (options) => {
      const socket = options.socket ?? io.env("TRACE_SOCKET");
      await using session = await startSession(io, {
        ...toSessionOptions(io, options, STANDARD_PORTS),
        socket,
        token: readToken(io),
        title: "trace collect",
        onNotice: printNotice(io),
      }).catch((error) => {
        throw new CommandError(error.message);
      });
      const { otlpHttp, otlpGrpc, zipkin, ssf } = session.endpoints;
      await using web = await showSessionInBrowser(io, session, options);
      if (options.json) await io.stdout.write(formatReadyJson(session, web?.url));
      if (!options.quiet) {
        await io.stderr.write(
          `Collecting. Point programs here:\n  export TRACE_SOCKET=${session.info.socket}\n` +
            (otlpHttp === undefined ? "" : `OTLP:    http://${otlpHttp}  (HTTP)\n`) +
            (otlpGrpc === undefined ? "" : `OTLP:    http://${otlpGrpc}  (gRPC)\n`) +
            (zipkin === undefined ? "" : `Zipkin:  http://${zipkin}/api/v2/spans\n`) +
            ssf.map((url) => `SSF:     ${url}\n`).join("") +
            describeToken(session) +
            (web === undefined ? "" : `Browser: ${web.url}\n`) +
            `Watch:   trace view\n` +
            (session.out === undefined
              ? "Not recording; add --out FILE to keep the spans.\n"
              : `Records: ${session.out}\n`) +
            "Ctrl-C stops.\n",
        );
      }
      const isProgressShown = !options.quiet && io.stderr.isTerminal;
      const progress = isProgressShown
        ? setInterval(
          () =>
            void io.stderr.write(`\r\x1b[K${describeCounters(session.summary())}`).catch(() => {}),
          1000,
        )
        : undefined;
      await stopped(io.signal, options.for);
      clearInterval(progress);
      await session.close();
      if (options.json) await io.stdout.write(formatSummaryJson(session));
      if (!options.quiet) {
        await io.stderr.write(
          (isProgressShown ? "\r\x1b[K" : "") + describeCounters(session.summary()) + "\n" +
            (session.out === undefined ? "" : `Open it: trace view ${session.out}\n`),
        );
      }
      if (session.hasFailed) setExitCode(1);
    }) as unknown as Command;
}

const ENVIRONMENT_HELP = `
Without --socket, TRACE_SOCKET in the environment names the socket. When --otlp-http, --otlp-grpc or
--zipkin name an address that other machines reach, programs there need a token: TRACE_TOKEN in the
environment, else a new one that is printed. OTEL_EXPORTER_OTLP_HEADERS goes along with what
--forward sends as OTLP.
`;

/** Where programs send when nobody tells them otherwise. */
const STANDARD_PORTS: DefaultPorts = { otlpHttp: 4318, otlpGrpc: 4317, zipkin: 9411 };

/** Resolves when the signal is aborted, or the time is over. */
function stopped(signal: AbortSignal, durationMs: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = durationMs === undefined ? undefined : setTimeout(resolve, durationMs);
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
