import type { SpanKind } from "../model/span_kind.ts";

/** One character for each kind of span. */
export const KIND_SYMBOLS: { readonly [kind: string]: string } = {
  function: "ƒ",
  http: "⇄",
  sql: "≡",
  internal: "·",
  server: "←",
  client: "→",
  producer: "⇒",
  consumer: "⇐",
};

/** What stands for kinds that have no word. */
export const OTHER_KIND_SYMBOL = "#";

/** The character of a kind. */
export function kindSymbol(kind: SpanKind): string {
  return typeof kind === "number" ? OTHER_KIND_SYMBOL : KIND_SYMBOLS[kind];
}
