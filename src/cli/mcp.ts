import { Command } from "@commander-js/extra-typings";
import type { Command as AnyCommand } from "commander";
import { Readable, Writable } from "node:stream";
import { serveMcp } from "../mcp/serve_mcp.ts";
import { CommandError } from "./command_error.ts";
import type { CliIo } from "./io.ts";
import { McpSources } from "./mcp_sources.ts";
import { parseCount } from "./parse_options.ts";
import { VERSION } from "./version.ts";

/** Builds `trace mcp`. */
export function createMcpCommand(io: CliIo, _setExitCode: (code: number) => void): AnyCommand {
  return new Command("mcp")
    .argument(
      "[sources...]",
      "sessions (process id or socket), trace files, jaeger+http://HOST:PORT; without one the running session",
    )
    .option(
      "--max-spans <n>",
      "spans kept in memory; older traces of a session or file beyond it are given up",
      parseCount,
      1_000_000,
    )
    .addHelpText("after", HELP)
    .action(async (names, { maxSpans }) => {
      if (names.includes("-")) {
        throw new CommandError(
          'Cannot read "-": standard input carries the protocol; name a file or a session',
          2,
        );
      }
      if (io.stdin.isTerminal) {
        await io.stderr.write(
          "Waiting for an agent on standard input. To register this server, see: trace mcp --help\n" +
            "Ctrl-C stops.\n",
        );
      }
      using sources = new McpSources(io, { names, maxSpans });
      await serveMcp({
        version: VERSION,
        catalog: sources,
        stdin: Readable.from(io.stdin.bytes(), { objectMode: false }),
        stdout: outputStream(io),
        signal: io.signal,
        onProblem: (message) => void io.stderr.write(`trace mcp: ${message}\n`).catch(() => {}),
      });
    }) as unknown as AnyCommand;
}

function outputStream(io: CliIo): Writable {
  return new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done): void {
      io.stdout.write(text).then(() => done(), done);
    },
  });
}

const HELP = `
Serves the Model Context Protocol on standard input and output: coding agents search and look into
traces with its tools. It only reads.

Register it, as most agents' configuration (mcpServers of .mcp.json and the like) wants it:
  {
    "mcpServers": {
      "trace": { "command": "trace", "args": ["mcp"] }
    }
  }
With a recording: "args": ["mcp", "/path/to/run.jsonl"]. See docs/agents.md
`;
