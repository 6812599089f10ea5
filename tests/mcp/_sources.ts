import * as z from "zod";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import type { ListedSource, SourceCatalog, TraceSource } from "../../src/mcp/trace_source.ts";
import { NoSessionError } from "../../src/mcp/trace_source.ts";
import { TOOLS } from "../../src/mcp/tools.ts";
import type { Span } from "../../src/model/span.ts";

/** A source of spans that are given; more can be sent while it is live. */
export class FakeSource implements TraceSource {
  readonly name: string;
  readonly title: string;
  readonly isSession: boolean;
  readonly traces: TraceStore;
  readonly notices: string[] = [];
  isLive: boolean;
  readonly #listeners = new Set<(traceIds: ReadonlySet<string>) => void>();

  constructor(
    name: string,
    spans: readonly Span[],
    options: { isLive?: boolean; maxSpans?: number } = {},
  ) {
    this.name = name;
    this.title = name;
    this.isSession = this.isLive = options.isLive ?? false;
    const { maxSpans = 1_000_000 } = options;
    this.traces = new TraceStore({ maxTraces: Infinity, maxSpansPerTrace: maxSpans, maxSpans });
    for (const span of spans) this.traces.add(span, 0);
  }

  get watcherCount(): number {
    return this.#listeners.size;
  }

  send(span: Span): void {
    this.traces.add(span, Date.now());
    for (const listener of this.#listeners) listener(new Set([span.traceId]));
  }

  watch(listener: (traceIds: ReadonlySet<string>) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** What a call of a tool may be given. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (seconds: number, totalSeconds: number, message: string) => void;
}

/** Calls a tool as a server does, without one: the first source is the default. */
export function callTool(
  name: string,
  args: Readonly<Record<string, unknown>>,
  sources: readonly TraceSource[],
  options: CallOptions = {},
): Promise<string> {
  const tool = TOOLS.find((each) => each.name === name);
  if (tool === undefined) throw new Error(`No tool "${name}"`);
  const { signal = new AbortController().signal, onProgress = (): void => {} } = options;
  const catalog = catalogOf(sources);
  return tool.run((tool.input as z.ZodType).parse(args), { catalog, signal, onProgress });
}

function catalogOf(sources: readonly TraceSource[]): SourceCatalog {
  return {
    open(name): Promise<TraceSource> {
      const found = name === undefined ? sources[0] : sources.find((each) => each.name === name);
      return found === undefined ? Promise.reject(new NoSessionError()) : Promise.resolve(found);
    },
    list: () =>
      Promise.resolve(sources.map((source, index): ListedSource => ({
        name: source.name,
        type: source.isSession ? "session" : "file",
        title: "recording",
        traces: source.traces,
        isDefault: index === 0,
      }))),
  };
}

/** How many bytes an answer takes when it is sent. */
export function sentBytes(text: string): number {
  const message = { jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text }] } };
  return new TextEncoder().encode(JSON.stringify(message)).length;
}

/** The arguments of the call that an answer names for more. */
export function namedCall(answer: string, tool: string): Record<string, unknown> {
  const found = new RegExp(`${tool} (\\{.*\\})`).exec(answer);
  if (found === null) throw new Error(`No call of ${tool} in: ${answer}`);
  return JSON.parse(found[1]);
}
