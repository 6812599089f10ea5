import type { Span } from "../model/span.ts";
import type { Exporter } from "./exporter.ts";
import { type Losses, otlpResource, type OtlpSpan, otlpSpan } from "./_otlp_span.ts";
import { otlpAttributes } from "./_otlp_value.ts";

/** How an {@linkcode OtlpJsonlExporter} groups spans. */
export interface OtlpJsonlExporterOptions {
  /** Most spans on one line. @default 512 */
  readonly maxSpansPerLine?: number;
}

/**
 * Writes OTLP/JSON as the file exporter of OpenTelemetry's Collector does: one
 * `ExportTraceServiceRequest` a line, in which spans of equal resource and equal scope stand together.
 */
export class OtlpJsonlExporter implements Exporter {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  readonly #losses: Losses = { dropped: this.dropped, changed: this.changed };
  readonly #maxSpansPerLine: number;
  /** Resource as JSON → scope as JSON → spans as JSON: equal text is an equal resource. */
  readonly #groups = new Map<string, Map<string, string[]>>();
  #spanCount = 0;

  constructor(options: OtlpJsonlExporterOptions = {}) {
    this.#maxSpansPerLine = options.maxSpansPerLine ?? 512;
  }

  begin(): string {
    return "";
  }

  span(span: Span): string {
    const resource = JSON.stringify({ attributes: otlpAttributes(otlpResource(span) ?? {}) });
    const scope = JSON.stringify(otlpScope(span));
    let scopes = this.#groups.get(resource);
    if (scopes === undefined) this.#groups.set(resource, scopes = new Map());
    let spans = scopes.get(scope);
    if (spans === undefined) scopes.set(scope, spans = []);
    spans.push(JSON.stringify(otlpSpan(span, this.#losses)));
    this.#spanCount++;
    return this.#spanCount >= this.#maxSpansPerLine ? this.#flush() : "";
  }

  end(): string {
    return this.#spanCount > 0 ? this.#flush() : "";
  }

  #flush(): string {
    const resources: string[] = [];
    for (const [resource, scopes] of this.#groups) {
      const scopeSpans: string[] = [];
      for (const [scope, spans] of scopes) {
        scopeSpans.push(`{"scope":${scope},"spans":[${spans.join(",")}]}`);
      }
      resources.push(`{"resource":${resource},"scopeSpans":[${scopeSpans.join(",")}]}`);
    }
    this.#groups.clear();
    this.#spanCount = 0;
    return `{"resourceSpans":[${resources.join(",")}]}\n`;
  }
}

function otlpScope(span: Span): OtlpSpan {
  return { name: span.scope?.name.toWellFormed(), version: span.scope?.version?.toWellFormed() };
}
