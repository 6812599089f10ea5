import type { SpanKind } from "../../../model/span_kind.ts";
import { COLOR_COUNT } from "../components/service_color.ts";

/** What waits for others and what works have colours that are far apart. */
const KIND_COLORS: Readonly<Record<string, number>> = {
  function: 0,
  internal: 0,
  http: 1,
  server: 1,
  client: 6,
  sql: 3,
  producer: 2,
  consumer: 7,
};

/** The number of the colour of a kind, where a trace is of one service. */
export function kindColor(kind: SpanKind): number {
  return typeof kind === "number" ? COLOR_COUNT - 1 : KIND_COLORS[kind];
}
