import { createAttributes } from "../model/attributes.ts";
import type { Span as ModelSpan } from "../model/span.ts";
import { spanKindFromNumber, spanKindToNumber } from "../model/span_kind.ts";
import type { SpanKind } from "./span_kind.ts";

/** The fields of a {@linkcode Span}. */
export interface SpanFields {
  readonly id: string;
  readonly traceId: string;
  /** Absent for a root span. */
  readonly parentId?: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** Nanoseconds since the Unix epoch. */
  readonly startTimeUnixNano: bigint;
  /** Nanoseconds since the Unix epoch. */
  readonly endTimeUnixNano: bigint;
  readonly attrs?: Readonly<Record<string, string>>;
  readonly children?: readonly Span[];
  /** Whether the span never got its end; its end time is its start time then. */
  readonly isUnfinished?: boolean;
}

/**
 * go-trace's span: a single unit of work and the tree below it. A value: the methods that change
 * something return another span.
 *
 * @example
 * ```ts
 * import { Span, SpanKind } from "./mod.ts";
 *
 * const root = new Span({
 *   id: "a",
 *   traceId: "t",
 *   name: "GET /",
 *   kind: SpanKind.http,
 *   startTimeUnixNano: 0n,
 *   endTimeUnixNano: 1_500_000n,
 * });
 * const tagged = root.withAttr("status", "200");
 * if (root.attrs.status !== undefined || tagged.duration() !== 1_500_000n) throw new Error("wrong");
 * ```
 */
export class Span implements Required<Omit<SpanFields, "parentId">> {
  readonly id: string;
  readonly traceId: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: readonly Span[];
  readonly isUnfinished: boolean;

  constructor(fields: SpanFields) {
    this.id = fields.id;
    this.traceId = fields.traceId;
    this.parentId = fields.parentId || undefined;
    this.name = fields.name;
    this.kind = fields.kind;
    this.startTimeUnixNano = fields.startTimeUnixNano;
    this.endTimeUnixNano = fields.endTimeUnixNano;
    this.attrs = fields.attrs ?? {};
    this.children = fields.children ?? [];
    this.isUnfinished = fields.isUnfinished ?? false;
  }

  /** Elapsed time in nanoseconds; negative when the program's clock went backwards. */
  duration(): bigint {
    return this.endTimeUnixNano - this.startTimeUnixNano;
  }

  /** A deep copy, attributes and children included. */
  clone(): Span {
    return rebuild(
      this,
      (span, children) => new Span({ ...span, attrs: { ...span.attrs }, children }),
    );
  }

  /** This span under another parent. */
  withParentID(parentId: string): Span {
    return new Span({ ...this, parentId });
  }

  /** This span with one more attribute. */
  withAttr(key: string, value: string): Span {
    const attrs = createAttributes([...Object.entries(this.attrs), [key, value]]);
    return new Span({ ...this, attrs: attrs as Record<string, string> });
  }

  /** This span with one more child. */
  withChild(child: Span): Span {
    return new Span({ ...this, children: [...this.children, child] });
  }
}

/** The model's span for one of go-trace's, without its children. */
export function toModelSpan(span: Span): ModelSpan {
  return {
    traceId: span.traceId,
    spanId: span.id,
    parentId: span.parentId,
    name: span.name,
    kind: spanKindFromNumber(span.kind),
    startTimeUnixNano: span.startTimeUnixNano,
    endTimeUnixNano: span.isUnfinished ? undefined : span.endTimeUnixNano,
    state: span.isUnfinished ? "unfinished" : "ended",
    attributes: createAttributes(Object.entries(span.attrs)),
  };
}

/** go-trace's span for one of the model's. Attributes of other types become text. */
export function fromModelSpan(span: ModelSpan, children: readonly Span[] = []): Span {
  const attrs = createAttributes(
    Object.entries(span.attributes).map(([key, value]) => [key, String(value)]),
  );
  return new Span({
    id: span.spanId,
    traceId: span.traceId,
    parentId: span.parentId,
    name: span.name,
    kind: spanKindToNumber(span.kind),
    startTimeUnixNano: span.startTimeUnixNano,
    endTimeUnixNano: span.endTimeUnixNano ?? span.startTimeUnixNano,
    attrs: attrs as Record<string, string>,
    children,
    isUnfinished: span.state !== "ended",
  });
}

/** Builds a tree anew from its leaves up, without recursion: a tree may be 100,000 levels deep. */
function rebuild(root: Span, build: (span: Span, children: Span[]) => Span): Span {
  const order: Span[] = [root];
  for (let index = 0; index < order.length; index++) {
    for (const child of order[index].children) order.push(child);
  }
  const built = new Map<Span, Span>();
  for (const span of order.reverse()) {
    built.set(span, build(span, span.children.map((child) => built.get(child) as Span)));
  }
  return built.get(root) as Span;
}
