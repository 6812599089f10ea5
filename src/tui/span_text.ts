import { spanService } from "../model/span_service.ts";
import type { Attributes, AttributeValue } from "../model/attributes.ts";
import { formatDuration } from "../model/duration.ts";
import { durationNano, isErrorSpan, type Span } from "../model/span.ts";
import { escapeText } from "../terminal/escape_text.ts";
import type { Segment } from "../terminal/frame.ts";
import type { Style } from "../terminal/style.ts";
import { countText } from "../views/count_text.ts";
import { kindSymbol, OTHER_KIND_SYMBOL } from "../views/kind_symbols.ts";
import { onOneLine } from "../views/on_one_line.ts";
import { errorMessage, httpStatus, sqlQuery } from "../views/span_facts.ts";

/** How a kind of span is marked. */
export interface KindMark {
  readonly kind: string;
  readonly symbol: string;
  readonly style: Style;
}

/** The marks of all kinds, which the help page lists too. */
export const KIND_MARKS: readonly KindMark[] = [
  { kind: "function", symbol: kindSymbol("function"), style: { color: "blue" } },
  { kind: "http", symbol: kindSymbol("http"), style: { color: "green" } },
  { kind: "sql", symbol: kindSymbol("sql"), style: { color: "magenta" } },
  { kind: "internal", symbol: kindSymbol("internal"), style: { color: "blue" } },
  { kind: "server", symbol: kindSymbol("server"), style: { color: "green" } },
  { kind: "client", symbol: kindSymbol("client"), style: { color: "cyan" } },
  { kind: "producer", symbol: kindSymbol("producer"), style: { color: "cyan" } },
  { kind: "consumer", symbol: kindSymbol("consumer"), style: { color: "green" } },
  { kind: "another", symbol: OTHER_KIND_SYMBOL, style: {} },
];
const OTHER_MARK = KIND_MARKS[KIND_MARKS.length - 1];

export const DIM: Style = { isDim: true };
const ERROR: Style = { color: "red" };
/** What needs a second look. Not yellow, which nobody can read on white; bars of that colour can be seen. */
export const ATTENTION: Style = { color: "magenta" };
/** By the first digit. */
const STATUS_STYLES: readonly Style[] = [
  {},
  {},
  { color: "green" },
  { color: "cyan" },
  ATTENTION,
  ERROR,
];
/** How many attributes of a span are shown that has no query and no status. */
const SHOWN_ATTRIBUTES = 3;

/** How to describe a span. */
export interface SpanTextOptions {
  /** At most this many characters of each text are looked at. @default all */
  readonly maxLength?: number;
  /** The service that was named already, which need not be named again. */
  readonly knownService?: string;
  readonly isOrphan?: boolean;
  readonly nameStyle?: Style;
  /** What to say right after the name and the status, such as the duration. */
  readonly figures?: readonly Segment[];
}

/** The mark of a span's kind. */
export function kindMark(span: Pick<Span, "kind">): KindMark {
  return KIND_MARKS.find((mark) => mark.kind === span.kind) ?? OTHER_MARK;
}

/** A span in words: its mark, its name, then what is most worth knowing about it. */
export function describeSpan(span: Span, options: SpanTextOptions = {}): Segment[] {
  const { maxLength } = options;
  const mark = kindMark(span);
  const name = span.name === "" ? "(no name)" : show(span.name, maxLength);
  const isError = isErrorSpan(span);
  const segments: Segment[] = [
    { text: `${mark.symbol} `, style: mark.style },
    { text: name, style: isError ? { ...options.nameStyle, ...ERROR } : options.nameStyle },
  ];
  function add(text: string, style?: Style): void {
    segments.push({ text: "  " }, { text, style });
  }
  if (typeof span.kind === "number") add(`kind ${span.kind}`, DIM);
  const status = httpStatus(span);
  if (status !== undefined) add(show(status, maxLength), STATUS_STYLES[+status[0]]);
  for (const figure of options.figures ?? []) segments.push({ text: "  " }, figure);
  const service = spanService(span);
  if (service !== undefined && service !== options.knownService) {
    add(`[${show(service, maxLength)}]`, { color: "cyan" });
  }
  if (isError) add(`✗ ${show(errorMessage(span), maxLength)}`, ERROR);
  if (options.isOrphan) add("orphan", ATTENTION);
  const query = sqlQuery(span);
  if (query !== undefined) add(show(query, maxLength), DIM);
  else if (status === undefined) {
    for (const text of attributeTexts(span, maxLength)) add(text, DIM);
  }
  return segments;
}

/**
 * A span's duration as its row shows it: `12.3ms`, `running 1.2s…` while it runs, `unfinished` when
 * it never ended.
 *
 * @param nowUnixNano What a running span is measured against; `undefined` when nothing runs any more.
 */
export function describeDuration(span: Span, nowUnixNano: bigint | undefined): Segment {
  const duration = durationNano(span);
  if (duration !== undefined) return { text: formatDuration(duration) };
  if (span.state === "unfinished" || nowUnixNano === undefined) {
    return { text: "unfinished", style: ATTENTION };
  }
  return { text: describeRunning(nowUnixNano - span.startTimeUnixNano), style: ATTENTION };
}

/** For how long something has been running; clocks of two programs may differ. */
export function describeRunning(elapsedNano: bigint): string {
  return `running ${formatDuration(elapsedNano > 0n ? elapsedNano : 0n)}…`;
}

/** Text as one harmless line; line breaks and indentation, which queries are full of, become spaces. */
export function show(text: string, maxLength?: number): string {
  const part = maxLength !== undefined && text.length > maxLength ? text.slice(0, maxLength) : text;
  return escapeText(onOneLine(part));
}

/** What the rest of the row says already. */
const TOLD_ATTRIBUTES: ReadonlySet<string> = new Set([
  "error",
  "error.msg",
  "error.message",
  "service.name",
]);
/** go-trace names its HTTP spans by these. */
const TOLD_HTTP_ATTRIBUTES: ReadonlySet<string> = new Set(["method", "path"]);

function attributeTexts(span: Span, maxLength: number | undefined): string[] {
  const texts: string[] = [];
  // `for in` stops early without making a list of what may be thousands of attributes.
  for (const key in span.attributes) {
    if (TOLD_ATTRIBUTES.has(key)) continue;
    if (span.kind === "http" && TOLD_HTTP_ATTRIBUTES.has(key)) continue;
    if (texts.length === SHOWN_ATTRIBUTES) break;
    texts.push(`${show(key, maxLength)}=${show(valueText(span.attributes[key]), maxLength)}`);
  }
  return texts;
}

function valueText(value: AttributeValue): string {
  if (typeof value !== "object") return String(value);
  if (value instanceof Uint8Array) return `(${countText(value.length, "byte")})`;
  if (!Array.isArray(value)) return `{${Object.keys(value as Attributes).slice(0, 8).join(", ")}}`;
  const items = value.slice(0, 8).map((item) => typeof item === "object" ? "{…}" : String(item));
  return `[${items.join(", ")}${value.length > 8 ? ", …" : ""}]`;
}
