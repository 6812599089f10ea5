import type { CriticalOperation } from "../analysis/critical_path_table.ts";
import type { RepeatedCall } from "../analysis/repeated_calls.ts";
import { spanService } from "../model/span_service.ts";
import type { Trace } from "../model/trace.ts";
import type { Line, Segment } from "../terminal/frame.ts";
import { formatCount } from "../views/count_text.ts";
import { formatNano } from "../views/time_text.ts";
import { nameSegments } from "./name_segments.ts";
import { DIM, show } from "./span_text.ts";
import type { TextTable } from "./text_table.ts";

/** What one span of a trace called many times. */
export function repeatsTable(trace: Trace): TextTable<RepeatedCall> {
  return {
    columns: [
      { title: "CALLS", text: ({ indexes }) => formatCount(indexes.length), dispensability: 0 },
      { title: "TOTAL", text: ({ totalNano }) => formatNano(totalNano), dispensability: 0 },
      { title: "WALL", text: ({ wallNano }) => formatNano(wallNano), dispensability: 2 },
      {
        title: "HOW",
        text: ({ isParallel }) => isParallel ? "at once" : "in turn",
        dispensability: 1,
      },
    ],
    nameTitle: "CALL AND ITS CALLER",
    name: (call) => {
      const parent = call.parentIndex < 0 ? undefined : trace.nodes[call.parentIndex].span;
      const by: Segment[] = parent === undefined
        ? []
        : [{ text: `${show(parent.name, 40)} › `, style: DIM }];
      const isOwn = parent !== undefined && spanService(parent) === call.operation.service;
      return [...by, ...nameSegments(isOwn ? { ...call.operation, service: "" } : call.operation)];
    },
  };
}

/** What the root of a trace waited for. */
export const PATH_TABLE: TextTable<CriticalOperation> = {
  columns: [
    { title: "SHARE", text: ({ share }) => `${(share * 100).toFixed(1)}%`, dispensability: 0 },
    { title: "TIME", text: ({ pathNano }) => formatNano(pathNano), dispensability: 0 },
  ],
  nameTitle: "ON THE CRITICAL PATH",
  name: ({ operation }): Line => nameSegments(operation),
};
