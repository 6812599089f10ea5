import { exportSpans } from "../../../exporters/export_spans.ts";
import { JsonlExporter } from "../../../exporters/jsonl_exporter.ts";
import type { Trace } from "../../../model/trace.ts";

/** Gives the user a trace as a recording, which `trace view` opens and `trace export` turns into any format. */
export async function downloadTrace(trace: Trace): Promise<void> {
  const pieces: BlobPart[] = [];
  const spans = trace.nodes.map(({ span }) => span);
  for await (const piece of exportSpans(spans, new JsonlExporter())) pieces.push(piece.slice());
  const url = URL.createObjectURL(new Blob(pieces, { type: "application/x-ndjson" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `trace-${fileName(trace.traceId)}.jsonl`;
  link.click();
  // The browser has taken the file over by then.
  setTimeout(() => URL.revokeObjectURL(url), RELEASE_MS);
}

function fileName(traceId: string): string {
  return traceId.slice(0, 32).replace(/[^0-9A-Za-z_-]/g, "_");
}

const RELEASE_MS = 10_000;
