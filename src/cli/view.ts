import { Command, Option } from "@commander-js/extra-typings";
import type { Command as PlainCommand } from "commander";
import { adoptStartedTraces } from "../assemble/adopt_traces.ts";
import { printTrace } from "../tui/print_trace.ts";
import { CommandError } from "./command_error.ts";
import { formatTraceJson } from "./trace_json.ts";
import { findSource } from "./find_source.ts";
import { type CliIo, wantsColor } from "./io.ts";
import { parseCount } from "./parse_options.ts";
import { type FormatTrace, printSource } from "./print_source.ts";
import type { SpanSource } from "./span_source.ts";
import {
  NO_OPEN_OPTION,
  parseWebAddress,
  wantsWeb,
  WEB_ADDRESS_OPTION,
  WEB_OPTION,
} from "./web_options.ts";
import { readWhere, WHERE_OPTION } from "./where_option.ts";

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
    .option("--no-mouse", "leave the mouse to the terminal, to select text with it")
    .option("--no-follow", "print what is there now and stop")
    .option(...WEB_OPTION)
    .option(...WEB_ADDRESS_OPTION, parseWebAddress)
    .option(...NO_OPEN_OPTION)
    // How a collector starts its browser view: it ends with it, and stands back behind it.
    .addOption(new Option("--servant").hideHelp())
    .option(
      "--max-spans <n>",
      "spans that the view keeps in memory; those of a recording stay in its file",
      parseCount,
      1_000_000,
    )
    .option(
      "--max-traces <n>",
      "the same for traces (default: 10000 of a session, any number of a file)",
      parseCount,
    )
    .addHelpText("after", KEYS_HELP)
    .action(async (names, options) => {
      const where = await readWhere(options.where);
      const source = await findSource(io, names);
      if (wantsWeb(options)) {
        if (options.print) throw new CommandError("Cannot --print and show it in the browser", 2);
        const { showSourceInBrowser } = await import("./view_web.ts");
        await showSourceInBrowser(io, source, {
          address: options.webAddress,
          where,
          isOpening: options.open,
          isJson: options.json === true,
          isServant: options.servant === true,
          maxSpans: options.maxSpans,
          maxTraces: options.maxTraces,
        });
        return;
      }
      if (options.json || options.print || !io.stdout.isTerminal) {
        await printSource(io, source, {
          format: options.json ? formatTraceJson : textFormat(io, source),
          where,
          isFollowing: options.follow,
          // As JSON each trace is what its programs sent.
          arrange: options.json ? undefined : adoptStartedTraces,
        });
        return;
      }
      const { showSource } = await import("./view_terminal.ts");
      const { follow: isFollowing, mouse: hasMouse, maxSpans, maxTraces } = options;
      await showSource(io, source, { where, isFollowing, hasMouse, maxSpans, maxTraces });
    }) as unknown as PlainCommand;
}

function textFormat(io: CliIo, source: SpanSource): FormatTrace {
  const color = wantsColor(io, io.stdout);
  return (trace, found) => {
    const nowUnixNano = source.isLive ? BigInt(Date.now()) * 1_000_000n : undefined;
    return printTrace(trace, { color, nowUnixNano, marked: found && new Set(Array.from(found)) });
  };
}

const KEYS_HELP = `
Keys in the terminal view: j k next and previous trace, Enter open, Space fold,
: query, / search, s sort, 1 2 3 tabs, P play a recording, ? all keys, q quit.
`;
