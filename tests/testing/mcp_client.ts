import { type Client, Client as McpSdkClient } from "npm:@modelcontextprotocol/client@2.4.0";
import { readJsonLines } from "../../scripts/read_json_lines.ts";
import { spawnTrace } from "./trace_process.ts";

/** What a tool answered. */
export interface ToolAnswer {
  readonly text: string;
  readonly isError: boolean;
  /** Of the answer as it was sent. */
  readonly byteCount: number;
}

/** Options of a call. */
export interface ToolCallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: { progress: number; total?: number; message?: string }) => void;
}

/** `trace mcp`, driven by the protocol's official client. */
export interface McpClient extends AsyncDisposable {
  readonly client: Client;
  call(
    name: string,
    args?: Record<string, unknown>,
    options?: ToolCallOptions,
  ): Promise<ToolAnswer>;
}

/**
 * Starts `trace mcp` and connects to it.
 *
 * @param folder Where its sessions are; files are named from the current folder.
 */
export async function startMcpClient(
  folder: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<McpClient> {
  const transport = new ProcessTransport(spawnTrace(["mcp", ...args], { folder, env }));
  const client = new McpSdkClient({ name: "test", version: "1" });
  await client.connect(transport);
  return {
    client,
    async call(name, args = {}, options): Promise<ToolAnswer> {
      const result = await client.callTool({ name, arguments: args }, options);
      const [content] = result.content as { type: string; text: string }[];
      const byteCount = new TextEncoder().encode(JSON.stringify(result)).length;
      return { text: content.text, isError: result.isError === true, byteCount };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

type Transport = Parameters<Client["connect"]>[0];
type Message = Parameters<Transport["send"]>[0];

/** The streams of a process. The client's own leaves a timer behind when it is closed. */
class ProcessTransport implements Transport {
  onclose?: () => void;
  onmessage?: Transport["onmessage"];
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #reading = Promise.resolve();

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#writer = child.stdin.getWriter();
  }

  start(): Promise<void> {
    this.#reading = this.#read();
    return Promise.resolve();
  }

  async send(message: Message): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(JSON.stringify(message) + "\n"));
  }

  /** Ends its input, and waits until it has ended by itself. */
  async close(): Promise<void> {
    await this.#writer.close();
    await this.#reading;
    await this.#child.stderr.cancel();
    const { code } = await this.#child.status;
    this.onclose?.();
    if (code !== 0) throw new Error(`trace mcp ended with exit code ${code}`);
  }

  async #read(): Promise<void> {
    for await (const message of readJsonLines(this.#child.stdout)) {
      this.onmessage?.(message as unknown as Message);
    }
  }
}
