import { createTracer, type Tracer } from "../../src/sdk/tracer.ts";
import { LineReceiver } from "./_line_receiver.ts";

/** A span as a collector puts it together from its two events. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly kind: number;
  readonly start: string;
  /** `undefined` while it runs. */
  readonly end: string | undefined;
  readonly attrs: Record<string, string>;
}

/** A tracer and the collector that it sends to over a socket. */
export class Collected implements AsyncDisposable {
  readonly tracer: Tracer;
  readonly #receiver: LineReceiver;

  private constructor(receiver: LineReceiver) {
    this.#receiver = receiver;
    this.tracer = createTracer({ socketPath: receiver.path });
  }

  static async create(): Promise<Collected> {
    return new Collected(await LineReceiver.create());
  }

  /** What arrived, in the order of the starts, once this many events did. */
  async spans(eventCount: number): Promise<CollectedSpan[]> {
    await this.tracer.forceFlush();
    await this.#receiver.waitForLines(eventCount);
    const spans = new Map<string, CollectedSpan>();
    for (const event of this.#receiver.events) {
      const key = `${event.trace_id} ${event.span_id}`;
      const started = spans.get(key);
      spans.set(
        key,
        started === undefined
          ? {
            traceId: String(event.trace_id),
            spanId: String(event.span_id),
            parentId: event.parent_id as string | undefined,
            name: String(event.name),
            kind: Number(event.kind),
            start: String(event.time),
            end: undefined,
            attrs: {},
          }
          : {
            ...started,
            end: String(event.time),
            attrs: (event.attrs ?? {}) as Record<string, string>,
          },
      );
    }
    return [...spans.values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tracer.shutdown();
    await this.#receiver[Symbol.asyncDispose]();
  }
}
