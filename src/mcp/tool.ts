import * as z from "zod";
import type { SourceCatalog } from "./trace_source.ts";

/** What a tool may use while it answers a call. */
export interface ToolContext {
  readonly catalog: SourceCatalog;
  /** Aborted when the client cancels the call or leaves. */
  readonly signal: AbortSignal;
  /** Tells the client how far a long call is; does nothing unless the client wants to know. */
  onProgress(seconds: number, totalSeconds: number, message: string): void;
}

/** A tool for agents. */
export interface Tool<Input extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly description: string;
  readonly input: Input;
  /**
   * Answers a call.
   *
   * @returns Plain text. Structured content would have to be there twice: older clients read text only.
   * @throws {ToolError} When the agent has to do something else.
   */
  run(args: z.output<Input>, context: ToolContext): Promise<string>;
}

/** Infers the type of the arguments. */
export function defineTool<Input extends z.ZodType>(tool: Tool<Input>): Tool {
  return tool as unknown as Tool;
}

/** An object of parameters that says which there are when there is one that it does not know. */
// deno-lint-ignore explicit-function-return-type explicit-module-boundary-types -- inferred from the parameters
export function parameters<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `no parameter ${
          issue.keys.map((key) => JSON.stringify(key)).join(", ")
        }; there are ${known}`
        : undefined,
  });
}

/** Bytes of an answer as it is sent, unless a call says otherwise. */
export const DEFAULT_MAX_BYTES = 20_000;

/** Parameters that several tools have. */
export const SOURCE = z.string().optional().describe(
  "What to read, as list_sources names it; default: what was named at the start, else the only session",
);
export const MAX_BYTES = z.number().int().min(4000).max(1_000_000).default(DEFAULT_MAX_BYTES)
  .describe("Most bytes to answer");
export const TRACE_ID = z.string().min(1).describe("Trace id, or a unique beginning of it");
export const OFFSET = z.number().int().min(0).max(1e9).default(0).describe("How many to skip");
