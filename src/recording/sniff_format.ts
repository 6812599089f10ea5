import { decodeSsfSpan } from "../wire/ssf/decode_ssf_span.ts";
import { MAX_SSF_BODY_BYTES, SSF_FRAME_HEADER_BYTES } from "../wire/ssf/ssf_frame.ts";
import { jsonPaths } from "../wire/json/json_paths.ts";
import { CHECKPOINT_PREFIX, HEADER_PREFIX } from "./_control_line.ts";
import { sniffOtlpProtobuf } from "./_otlp_parts.ts";

/**
 * What a file's content is: a recording with header and checkpoints; span lines alone, as a ViewServer
 * sends them; go-trace's start and end events, as a program sends them; or a format of another
 * program.
 */
export type RecordingFormat = "recording" | "span-lines" | "event-lines" | ForeignFormat;

/** A format of another program; frames are messages behind their lengths, lines hold one object each. */
export type ForeignFormat =
  | "otlp-json"
  | "otlp-protobuf"
  | "otlp-protobuf-frames"
  | "zipkin-json"
  | "zipkin-json-lines"
  | "jaeger-json"
  | "jaeger-json-lines"
  | "chrome-json"
  | "chrome-json-lines"
  | "ssf-frames";

/**
 * Tells formats apart by content. Lines that fit none are passed over, so a damaged beginning does
 * not hide what a file is.
 *
 * @param bytes The beginning of the unpacked content. Up to 64 KiB are looked at.
 * @returns `undefined` when nothing in it is of a known format.
 */
export function sniffFormat(bytes: Uint8Array): RecordingFormat | undefined {
  const start = bytes.subarray(0, SNIFF_BYTES);
  const text = decoder.decode(start);
  // A recording that was cut in its first line.
  if (text !== "" && HEADER_PREFIX.startsWith(text)) return "recording";
  const foreign = sniffJson(text);
  if (foreign !== undefined) return foreign;
  for (const line of text.split("\n")) {
    const format = formatOfLine(line.trimStart());
    if (format !== undefined) return format;
  }
  // Indented JSON of which only a little has come can pass for a length and a field.
  if (!CONTROL_CHARACTER.test(text)) return undefined;
  return isSsfStart(start) ? "ssf-frames" : sniffOtlpProtobuf(start);
}

/** How many bytes of a file {@linkcode sniffFormat} looks at. */
export const SNIFF_BYTES = 64 * 1024;

const decoder = new TextDecoder();
/** Text has none but white space; every message with a span has the tag of field 2, 0x12. */
// deno-lint-ignore no-control-regex
const CONTROL_CHARACTER = /[\0-\x08\x0b\x0c\x0e-\x1f]/;

/** The format of a text that is one JSON value, by where which fields are. */
function sniffJson(text: string): ForeignFormat | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  // A list of nothing: of the formats that are lists, Zipkin's is the one without anything around it.
  if (/^\s*\[\s*\]\s*$/.test(text)) return "zipkin-json";
  const paths = jsonPaths(text, MAX_PATH_DEPTH);
  if (paths.has("resourceSpans")) return "otlp-json";
  if (paths.has("data[].spans") || paths.has("[].spans")) return "jaeger-json";
  // An answer without any trace.
  if (["data", "total", "limit", "offset", "errors"].every((path) => paths.has(path))) {
    return "jaeger-json";
  }
  if (paths.has("traceEvents") || paths.has("[].ph")) return "chrome-json";
  const isZipkin = ["[].", "[][]."].some((item) =>
    paths.has(`${item}traceId`) && paths.has(`${item}id`)
  );
  return isZipkin ? "zipkin-json" : formatOfObject(paths);
}

/** The format of a text in which each outermost object is a span, a trace or an event, by its fields. */
function formatOfObject(fields: ReadonlySet<string>): ForeignFormat | undefined {
  if (fields.has("traceId") && fields.has("id")) return "zipkin-json-lines";
  if (fields.has("traceID") && fields.has("spans")) return "jaeger-json-lines";
  return fields.has("ph") && (fields.has("pid") || fields.has("ts"))
    ? "chrome-json-lines"
    : undefined;
}

const MAX_PATH_DEPTH = 3;

/** Whether a frame begins there whose body is an SSF span, as far as it is there. */
function isSsfStart(bytes: Uint8Array): boolean {
  if (bytes.length <= SSF_FRAME_HEADER_BYTES || bytes[0] !== 0) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  if (length === 0 || length > MAX_SSF_BODY_BYTES) return false;
  const end = SSF_FRAME_HEADER_BYTES + length;
  // A long span: the tag of a field that it has.
  if (end > bytes.length) return SSF_TAGS.has(bytes[SSF_FRAME_HEADER_BYTES]);
  try {
    decodeSsfSpan(bytes.subarray(SSF_FRAME_HEADER_BYTES, end));
    return true;
  } catch {
    return false;
  }
}

/** Fields 1 to 14 with their wire types. */
const SSF_TAGS: ReadonlySet<number> = new Set([
  ...[1, 2, 3, 4, 5, 6, 7, 12, 14].map((field) => field << 3),
  ...[8, 10, 11, 13].map((field) => field << 3 | 2),
]);

function formatOfLine(line: string): RecordingFormat | undefined {
  if (line.startsWith(HEADER_PREFIX) || line.startsWith(CHECKPOINT_PREFIX)) return "recording";
  if (!line.startsWith("{")) return undefined;
  const fields = fieldsOf(line);
  if (fields.has("resourceSpans")) return "otlp-json";
  if (fields.has("trace_id") && fields.has("span_id") && fields.has("type")) return "event-lines";
  return fields.has("id") && (fields.has("trace_id") || fields.has("start_time"))
    ? "span-lines"
    : formatOfObject(fields);
}

function fieldsOf(line: string): Set<string> {
  try {
    return new Set(Object.keys(JSON.parse(line)));
  } catch {
    // A line longer than what is looked at: whatever looks like a field in its beginning.
    return new Set(Array.from(line.matchAll(/[{,]\s*"(\w+)"\s*:/g), (match) => match[1]));
  }
}
