import type { Span } from "../model/span.ts";
import { jaegerTrace } from "../wire/jaeger/jaeger_trace.ts";
import type { Exporter } from "./exporter.ts";
import { TraceGroups } from "./_trace_groups.ts";

/** How much a {@linkcode JaegerExporter} looks at before it writes. */
export interface JaegerExporterOptions {
  /** Most spans held back so that those of a trace come together. @default 20_000 */
  readonly maxPendingSpans?: number;
}

/**
 * Writes what Jaeger's query service answers to `/api/traces` and its page saves and opens. The table of
 * `jaegerTrace` says what becomes of each field.
 */
export class JaegerExporter implements Exporter<string> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  readonly #groups: TraceGroups;
  #isFirst = true;

  constructor(options: JaegerExporterOptions = {}) {
    this.#groups = new TraceGroups({ ...options, changed: this.changed });
  }

  begin(): string {
    return '{"data":[';
  }

  span(span: Span): string {
    this.#groups.add(span);
    let text = "";
    for (let spans = this.#groups.takeOverflow(); spans; spans = this.#groups.takeOverflow()) {
      text += this.#formatTrace(spans);
    }
    return text;
  }

  end(): string {
    const parts: string[] = [];
    for (let spans = this.#groups.take(); spans; spans = this.#groups.take()) {
      parts.push(this.#formatTrace(spans));
    }
    return `${parts.join("")}\n],"total":0,"limit":0,"offset":0,"errors":null}\n`;
  }

  #formatTrace(spans: readonly Span[]): string {
    const separator = this.#isFirst ? "\n" : ",\n";
    this.#isFirst = false;
    return separator + JSON.stringify(jaegerTrace(spans, this));
  }
}
