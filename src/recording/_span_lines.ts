import { isUtf8 } from "node:buffer";
import { decodeSpanLines } from "../wire/span_line/decode_span_line.ts";

/** What a line that nothing has proven turns out to be: a span, no span at all, or why it is damaged. */
export type LineVerdict = "span" | "control" | { reason: string };

/** Looks at one line, given without its line end. */
export function judgeLine(line: Uint8Array): LineVerdict {
  if (!isUtf8(line)) return { reason: "not UTF-8" };
  const text = decoder.decode(line);
  if (text.trim() === "") return "control";
  try {
    decodeSpanLines(text);
    return "span";
  } catch (error) {
    return isControlLine(text) ? "control" : { reason: reasonOf(error) };
  }
}

/** Whether a line belongs to the stream rather than to a span: a JSON object without an `id`. */
function isControlLine(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !("id" in value) &&
      CONTROL_FIELDS.some((field) => field in value);
  } catch {
    return false;
  }
}

/** The first field of each control line that recordings and live streams have. */
const CONTROL_FIELDS = ["trace_recording", "checkpoint", "view", "trace_view"];

function reasonOf(error: unknown): string {
  // Parts of a line in a message about it would make every damaged line a reason of its own.
  const field = /^Cannot read [^:]*: "([^"]+)" is/.exec(
    error instanceof Error ? error.message : "",
  );
  return field === null ? "not a JSON object" : `field "${field[1]}" is wrong`;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: false });
