import { CHECKPOINT_PREFIX, HEADER_PREFIX } from "./_control_line.ts";

/**
 * What a file's content is: a recording with header and checkpoints; span lines alone, as a ViewServer
 * sends them; or go-trace's start and end events, as a program sends them.
 */
export type RecordingFormat = "recording" | "span-lines" | "event-lines";

/**
 * Tells formats apart by content. Lines that fit none are passed over, so a damaged beginning does
 * not hide what a file is.
 *
 * @param bytes The beginning of the unpacked content. Up to 64 KiB are looked at.
 * @returns `undefined` when no line is of a known format.
 */
export function sniffFormat(bytes: Uint8Array): RecordingFormat | undefined {
  const text = decoder.decode(bytes.subarray(0, SNIFF_BYTES));
  // A recording that was cut in its first line.
  if (text !== "" && HEADER_PREFIX.startsWith(text)) return "recording";
  for (const line of text.split("\n")) {
    const format = formatOfLine(line.trimStart());
    if (format !== undefined) return format;
  }
  return undefined;
}

/** How many bytes of a file {@linkcode sniffFormat} looks at. */
export const SNIFF_BYTES = 64 * 1024;

const decoder = new TextDecoder();

function formatOfLine(line: string): RecordingFormat | undefined {
  if (line.startsWith(HEADER_PREFIX) || line.startsWith(CHECKPOINT_PREFIX)) return "recording";
  if (!line.startsWith("{")) return undefined;
  const fields = fieldsOf(line);
  if (fields.has("trace_id") && fields.has("span_id") && fields.has("type")) return "event-lines";
  return fields.has("id") && (fields.has("trace_id") || fields.has("start_time"))
    ? "span-lines"
    : undefined;
}

function fieldsOf(line: string): Set<string> {
  try {
    return new Set(Object.keys(JSON.parse(line)));
  } catch {
    // A line longer than what is looked at: whatever looks like a field in its beginning.
    return new Set(Array.from(line.matchAll(/[{,]\s*"(\w+)"\s*:/g), (match) => match[1]));
  }
}
