import type { Span } from "../model/span.ts";
import type { Exporter } from "./exporter.ts";
import { PieceBuffer } from "./piece_buffer.ts";

/**
 * Writes spans in a format, a piece of about 64 KiB at a time.
 *
 * @param spans In any order; those of an array are taken at once, those of a generator as they come.
 * @param exporter A new one: it writes one file.
 * @returns The bytes of the file. Afterwards `exporter.dropped` and `exporter.changed` say what the format
 * could not hold.
 * @example
 * ```ts
 * import { exportSpans } from "./export_spans.ts";
 * import { findExportFormat } from "./export_formats.ts";
 * import type { Span } from "../model/span.ts";
 *
 * const span: Span = {
 *   traceId: "t1",
 *   spanId: "s1",
 *   name: "GET /",
 *   kind: "http",
 *   startTimeUnixNano: 0n,
 *   endTimeUnixNano: 2_000_000n,
 *   state: "ended",
 *   attributes: {},
 *   service: "shop",
 * };
 * const exporter = await findExportFormat("folded")!.create();
 * let text = "";
 * for await (const bytes of exportSpans([span], exporter)) text += new TextDecoder().decode(bytes);
 * if (text !== "shop;GET / 2000\n") throw new Error(text);
 * ```
 */
export async function* exportSpans(
  spans: Iterable<Span> | AsyncIterable<Span>,
  exporter: Exporter,
): AsyncGenerator<Uint8Array> {
  const buffer = new PieceBuffer();
  buffer.add(exporter.begin());
  for await (const span of spans) {
    buffer.add(exporter.span(span));
    if (buffer.isFull) yield buffer.take();
  }
  buffer.add(exporter.end());
  yield buffer.take();
}
