import { randomBytes } from "node:crypto";
import type { OpenSpans } from "../broadcast/live_server.ts";
import { Redactor, type RedactRule } from "../exporters/redactor.ts";
import type { SpanBatch, SpanConsumer } from "../model/span_batch.ts";
import { decodeSpanBatch } from "../wire/span_line/decode_span_batch.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";

/** Redacts what a session hands on. Unlike all else there, it decodes every line, which takes its time. */
export class BatchRedactor {
  readonly #redactor: Redactor;
  /** Of its own, for a span that is shown while it runs comes once more when it is over. */
  readonly #openRedactor: Redactor;

  constructor(rules: readonly RedactRule[], salt: string = randomBytes(32).toString("hex")) {
    this.#redactor = new Redactor(rules, { salt });
    this.#openRedactor = new Redactor(rules, { salt });
  }

  /** How many values each rule was applied to, in batches. */
  get counts(): Readonly<Record<string, number>> {
    return this.#redactor.counts;
  }

  /** The batch as it may be told. */
  redact(batch: SpanBatch): SpanBatch {
    return redactBatch(batch, this.#redactor);
  }

  /** Open spans as they may be shown. */
  redactOpen(open: OpenSpans): OpenSpans {
    const redacting = (consumer: SpanConsumer): SpanConsumer => (batch) =>
      consumer(redactBatch(batch, this.#openRedactor));
    return {
      forEachOpen: (consumer) => open.forEachOpen(redacting(consumer)),
      forEachStarted: (consumer) => open.forEachStarted(redacting(consumer)),
      skipStarted: () => open.skipStarted(),
    };
  }
}

function redactBatch(batch: SpanBatch, redactor: Redactor): SpanBatch {
  const spans = decodeSpanBatch(batch.lines);
  const lines = UTF8.encode(spans.map((span) => encodeSpanLine(redactor.redact(span))).join(""));
  return { ...batch, lines };
}

const UTF8 = new TextEncoder();
