import { type AttributeValue, createAttributes } from "../../src/model/attributes.ts";
import type { Span } from "../../src/model/span.ts";

/** When the traces of {@linkcode shopTrace} begin. */
export const SHOP_START = 1_795_172_592_000_000_000n;

/** What is different about a span of a test. */
export type SpanFields =
  & Partial<Omit<Span, "attributes" | "resource" | "startTimeUnixNano" | "endTimeUnixNano">>
  & {
    readonly id: string;
    readonly parent?: string;
    readonly service?: string;
    /** In milliseconds after {@linkcode SHOP_START}. */
    readonly fromMs: number;
    /** Absent for a span without an end. */
    readonly toMs?: number;
    readonly attributes?: readonly (readonly [string, AttributeValue])[];
  };

/** Makes a span with few words. */
export function shopSpan(
  { id, parent, service, fromMs, toMs, attributes, ...fields }: SpanFields,
): Span {
  return {
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: id,
    ...(parent !== undefined && { parentId: parent }),
    name: id,
    kind: "internal",
    startTimeUnixNano: SHOP_START + BigInt(Math.round(fromMs * 1e6)),
    ...(toMs !== undefined && { endTimeUnixNano: SHOP_START + BigInt(Math.round(toMs * 1e6)) }),
    state: toMs === undefined ? "running" : "ended",
    attributes: createAttributes(attributes ?? []),
    ...(service !== undefined && { resource: createAttributes([["service.name", service]]) }),
    ...fields,
  };
}

/** A checkout: two services, one failed charge with an event and a link, and six statements that are alike. */
export function shopTrace(): Span[] {
  const spans = [
    shopSpan({
      id: "root",
      name: "POST /checkout",
      kind: "server",
      service: "shop",
      fromMs: 0,
      toMs: 100,
    }),
    shopSpan({
      id: "cart",
      parent: "root",
      name: "load cart",
      service: "shop",
      fromMs: 2,
      toMs: 50,
    }),
    shopSpan({
      id: "charge",
      parent: "root",
      name: "POST /charge",
      kind: "client",
      service: "billing",
      fromMs: 55,
      toMs: 98,
      status: { code: "error", message: "card declined" },
      attributes: [["payment.body", '{"amount":12345678901234567890,"items":[1,2]}']],
      events: [{
        timeUnixNano: SHOP_START + 60_000_000n,
        name: "retry",
        attributes: createAttributes([["attempt", 2n]]),
      }],
      links: [{ traceId: "other trace", spanId: "other/span", attributes: createAttributes() }],
    }),
  ];
  for (let number = 0; number < 6; number++) {
    spans.push(shopSpan({
      id: `query${number}`,
      parent: "cart",
      name: "query",
      kind: "sql",
      service: "shop",
      fromMs: 4 + number * 7,
      toMs: 10 + number * 7,
      attributes: [["query", `SELECT * FROM items WHERE id = ${number}`]],
    }));
  }
  return spans;
}

/** Content that tries to be more than text, wherever a span has text. */
export function hostileSpans(): Span[] {
  const evil = `</script><img src=x onerror="alert(1)"><!--\u2028\u202e\u001b[31m`;
  const attributes = createAttributes([
    [evil, evil],
    ["__proto__", "javascript:alert(2)"],
    ["constructor", [evil, createAttributes([["toString", evil]])]],
    ["huge", "x".repeat(1_000_000)],
  ]);
  const root: Span = {
    ...shopSpan({ id: "hostile root", fromMs: 0, toMs: 10, name: evil, service: evil }),
    attributes,
    status: { code: "error", message: evil },
    events: [{ timeUnixNano: SHOP_START, name: evil, attributes }],
    links: [{ traceId: "javascript:alert(3)", spanId: "../..", attributes }],
  };
  return [root, shopSpan({ id: evil, parent: "hostile root", fromMs: 1, toMs: 2, name: "" })];
}
