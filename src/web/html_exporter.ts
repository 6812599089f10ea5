import { createHash } from "node:crypto";
import type { Exporter } from "../exporters/exporter.ts";
import { countReason } from "../model/counters.ts";
import type { Span } from "../model/span.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";
import { EMBEDDED_SPANS_TYPE, escapeEmbedded } from "./embedded_spans.ts";
import { APP_CSS, APP_JS, ICON_SVG } from "./page_assets.generated.ts";

/** How much a {@linkcode HtmlExporter} writes. */
export interface HtmlExporterOptions {
  /** Most spans in the page; a trace that has begun is whole. @default 100,000 */
  readonly maxSpans?: number;
  /** Most characters of spans. @default 268,435,456 */
  readonly maxCharacters?: number;
}

/**
 * Writes one page that shows traces as `trace view --web` does, without a server: it opens from disk and asks for
 * nothing. Its own script is the only one that may run, and spans are data inside of an element that is none.
 *
 * When there are more spans than fit, further traces are left out and counted as `max_spans`. A trace that
 * has begun before is whole, up to a bound of the whole page, `max_size`.
 */
export class HtmlExporter implements Exporter<string> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Readonly<Record<string, number>> = {};
  readonly #maxSpans: number;
  readonly #maxCharacters: number;
  readonly #traceIds = new Set<string>();
  #spanCount = 0;
  #characterCount = 0;
  /** Of the element that is being written. */
  #blockLength = 0;

  constructor(options: HtmlExporterOptions = {}) {
    this.#maxSpans = options.maxSpans ?? HTML_MAX_SPANS;
    this.#maxCharacters = options.maxCharacters ?? MAX_CHARACTERS;
  }

  begin(): string {
    return head() + OPEN_BLOCK;
  }

  span(span: Span): string {
    const { traceId } = span;
    if (!this.#traceIds.has(traceId)) {
      if (this.#spanCount >= this.#maxSpans) return this.#leaveOut("max_spans");
      this.#traceIds.add(traceId);
    }
    const line = escapeEmbedded(encodeSpanLine(span));
    if (this.#characterCount + line.length > this.#maxCharacters) return this.#leaveOut("max_size");
    this.#spanCount++;
    this.#characterCount += line.length;
    this.#blockLength += line.length;
    if (this.#blockLength < BLOCK_CHARACTERS) return line;
    // The page reads one after the other, and answers in between.
    this.#blockLength = 0;
    return line + CLOSE_BLOCK + OPEN_BLOCK;
  }

  end(): string {
    return `${CLOSE_BLOCK}<script type="module">${script()}</script>\n</body>\n</html>\n`;
  }

  #leaveOut(reason: string): string {
    countReason(this.dropped, reason);
    return "";
  }
}

/** What a browser opens within seconds. */
export const HTML_MAX_SPANS = 100_000;

const MAX_CHARACTERS = 256 * 2 ** 20;
const BLOCK_CHARACTERS = 512 * 1024;
const OPEN_BLOCK = `<script type="${EMBEDDED_SPANS_TYPE}">\n`;
const CLOSE_BLOCK = "</script>\n";

function head(): string {
  const policy = [
    "default-src 'none'",
    `script-src '${sourceHash(script())}'`,
    `style-src '${sourceHash(style())}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>trace</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON_SVG.text)}">
<style>${style()}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page is drawn by a script. Allow scripts for it.</noscript>
`;
}

/** What would end the element, or begin a comment in it, stands in texts and patterns only, where it may be escaped. */
function script(): string {
  return APP_JS.text.replace(/<(?=\/script|!--|script)/gi, "\\x3c");
}

function style(): string {
  return APP_CSS.text.replace(/<(?=\/style|!--)/gi, "\\3c ");
}

function sourceHash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
