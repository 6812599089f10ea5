import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import type { Readable, Writable } from "node:stream";
import { shownLines, shownText } from "./answer.ts";
import { INSTRUCTIONS, TOOLS } from "./tools.ts";
import type { SourceCatalog } from "./trace_source.ts";

/** What a server of the Model Context Protocol runs on. */
export interface McpOptions {
  readonly version: string;
  readonly catalog: SourceCatalog;
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Ends the server. */
  readonly signal: AbortSignal;
  /** Told of what clients did wrong, in a line. */
  readonly onProblem: (message: string) => void;
}

/**
 * Serves the Model Context Protocol, of the current and of older revisions, until the client closes the
 * input or the signal is aborted. A request that fails is answered with an error, and the next one works.
 */
export async function serveMcp(options: McpOptions): Promise<void> {
  const { stdin, stdout, signal, onProblem } = options;
  const ended = Promise.withResolvers<void>();
  const calls = new AbortController();
  const transport = new StdioServerTransport(stdin, stdout);
  const server = serveStdio(() => createServer(options, calls.signal), {
    transport,
    onerror: (error) => onProblem(shownText(error.message, MAX_PROBLEM_LENGTH)),
  });
  const { onclose } = transport;
  transport.onclose = (): void => {
    onclose?.();
    ended.resolve();
  };
  function stop(): void {
    server.close().catch(() => {});
    ended.resolve();
  }
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  await ended.promise;
  signal.removeEventListener("abort", stop);
  calls.abort();
}

function createServer({ version, catalog }: McpOptions, ended: AbortSignal): McpServer {
  const server = new McpServer({ name: "trace", version }, {
    instructions: INSTRUCTIONS,
    capabilities: { tools: { listChanged: false } },
  });
  for (const { name, description, input, run } of TOOLS) {
    server.registerTool(
      name,
      {
        description,
        inputSchema: input,
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      async (args, { mcpReq }) => {
        const progressToken = mcpReq._meta?.progressToken;
        function onProgress(progress: number, total: number, message: string): void {
          if (progressToken === undefined) return;
          const params = { progressToken, progress, total, message };
          mcpReq.notify({ method: "notifications/progress", params }).catch(() => {});
        }
        const signal = AbortSignal.any([mcpReq.signal, ended]);
        try {
          const text = await run(args, { catalog, signal, onProgress });
          return { content: [{ type: "text", text }] };
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error);
          const text = shownLines(message, MAX_ERROR_LENGTH);
          return { content: [{ type: "text", text }], isError: true };
        }
      },
    );
  }
  return server;
}

const MAX_PROBLEM_LENGTH = 200;
const MAX_ERROR_LENGTH = 4000;
