import { countReason } from "../model/counters.ts";
import type { Span } from "../model/span.ts";
import { encodeSsfSpan } from "../wire/ssf/encode_ssf_span.ts";
import { ssfExportSpan } from "../wire/ssf/ssf_export_span.ts";
import { encodeSsfFrame, MAX_SSF_BODY_BYTES } from "../wire/ssf/ssf_frame.ts";
import type { Exporter } from "./exporter.ts";
import { NO_BYTES } from "./_join_bytes.ts";

/**
 * Writes SSF spans in frames, as veneur's clients write them to a stream. The table of `ssfExportSpan` says
 * what becomes of each field. A span that no frame holds is left out, counted as `too_long`.
 */
export class SsfExporter implements Exporter<Uint8Array> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};

  begin(): Uint8Array {
    return NO_BYTES;
  }

  span(span: Span): Uint8Array {
    const body = encodeSsfSpan(ssfExportSpan(span, this));
    if (body.length <= MAX_SSF_BODY_BYTES) return encodeSsfFrame(body);
    countReason(this.dropped, "too_long");
    return NO_BYTES;
  }

  end(): Uint8Array {
    return NO_BYTES;
  }
}
