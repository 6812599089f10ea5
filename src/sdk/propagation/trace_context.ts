/** One entry of {@linkcode Baggage}. */
export interface BaggageEntry {
  /** Any text; formats that cannot carry it as it is escape it. */
  readonly value: string;
  /** W3C's properties of the entry as written, for example `ttl=60;private`; other formats drop them. */
  readonly properties?: string;
}

/** What a program hands on to everything that it calls: key → entry. Has no prototype when extracted. */
export type Baggage = { readonly [key: string]: BaggageEntry };

/**
 * What one program tells the next about the span it calls from. Every span of this SDK is one, so that a
 * span can be injected as it is.
 */
export interface TraceContext {
  /**
   * The trace: 16 or 32 lower-case hex digits when extracted. Empty, like
   * {@linkcode TraceContext.spanId}, when the headers carried only baggage or a sampling decision: such
   * a context begins a new trace, which keeps both.
   */
  readonly traceId: string;
  /** The calling span: 16 lower-case hex digits when extracted. */
  readonly spanId: string;
  /** The parent of the calling span, in the formats that tell. */
  readonly parentId?: string | undefined;
  /** Whether the caller records the trace; `undefined` when it leaves that open. */
  readonly sampled?: boolean | undefined;
  /** Asks everybody to record, whatever they decide otherwise (B3, Jaeger). */
  readonly debug?: boolean | undefined;
  /** W3C's `tracestate`: what other tracing systems hand on, untouched here. */
  readonly traceState?: string | undefined;
  readonly baggage?: Baggage | undefined;
}

/** The part of a context that children inherit and hand on as it is. */
export type InheritedContext = Pick<
  TraceContext,
  "sampled" | "debug" | "traceState" | "baggage"
>;

/** The inherited part of a context; `undefined` when it has none. */
export function inheritedPart(context: TraceContext): InheritedContext | undefined {
  const { sampled, debug, traceState, baggage } = context;
  return sampled === undefined && debug === undefined && traceState === undefined &&
      baggage === undefined
    ? undefined
    : { sampled, debug, traceState, baggage };
}

/** Adds an entry to baggage, as another object; `undefined` as value removes it. */
export function withBaggageEntry(
  baggage: Baggage | undefined,
  key: string,
  value: string | undefined,
): Baggage {
  const changed: { [key: string]: BaggageEntry } = Object.assign(Object.create(null), baggage);
  if (value === undefined) delete changed[key];
  else changed[key] = { value };
  return changed;
}
