import { TraceStore } from "../../src/assemble/trace_store.ts";
import type { Span } from "../../src/model/span.ts";
import { createRandom, makeSpan } from "../assemble/_make_span.ts";

/** A shop of five services, a database, a cache and a queue; every tenth order fails. */
export function shopStore(traceCount = 20, { slowerMs = 0 } = {}): TraceStore {
  const store = new TraceStore();
  const random = createRandom(7);
  for (let at = 0; at < traceCount; at++) {
    for (const span of orderSpans(`order${at}`, at, { random, slowerMs })) store.add(span);
  }
  return store;
}

/** The spans of one order. */
export function orderSpans(
  traceId: string,
  at: number,
  { random, slowerMs }: { random: () => number; slowerMs: number },
): Span[] {
  const start = at * 100;
  const isFailed = at % 10 === 9;
  const spans: Span[] = [];
  const add = (
    spanId: string,
    parentId: string | undefined,
    service: string,
    sketch: Parameters<typeof makeSpan>[1] & { from: number },
  ): void => {
    const { from, ...rest } = sketch;
    spans.push(makeSpan(spanId, { traceId, parentId, service, at: start + from, ...rest }));
  };
  const length = 60 + random() * 20 + slowerMs;
  add("root", undefined, "gateway", {
    name: "POST /orders",
    kind: "server",
    from: 0,
    ms: length,
    attrs: { "http.request.method": "POST", "http.route": "/orders" },
    status: isFailed ? { code: "error", message: "payment failed" } : undefined,
    resource: { "service.name": "gateway", "deployment.environment": "prod" } as never,
  });
  add("call", "root", "gateway", {
    name: "POST orders",
    kind: "client",
    from: 1,
    ms: length - 3,
    attrs: { "http.request.method": "POST", "server.address": "orders" },
  });
  add("orders", "call", "orders", {
    name: "POST /orders",
    kind: "server",
    from: 2,
    ms: length - 5,
  });
  for (let item = 0; item < 12; item++) {
    add(`stock${item}`, "orders", "orders", {
      name: "query",
      kind: "sql",
      from: 3 + item * 1.5,
      ms: 1 + random() * 0.4,
      attrs: {
        "db.system": "postgresql",
        "db.namespace": "shop",
        "db.query.text": `SELECT * FROM stock WHERE item = ${item + at}`,
      },
    });
  }
  add("pay", "orders", "orders", { name: "charge", kind: "client", from: 22, ms: 30 });
  add("billing", "pay", "billing", {
    name: "billing.Charge",
    kind: "server",
    from: 23,
    ms: 28 + slowerMs / 2,
    status: isFailed ? { code: "error", message: "card declined" } : undefined,
  });
  add("limit", "billing", "billing", {
    name: "GET",
    kind: "client",
    from: 24,
    ms: 0.4,
    attrs: { "db.system": "redis", "db.statement": `GET limit:${at}` },
  });
  add("mail", "orders", "orders", {
    name: "send",
    kind: "producer",
    from: 54,
    ms: 1,
    attrs: {
      "messaging.system": "kafka",
      "messaging.operation": "publish",
      "messaging.destination.name": "mails",
    },
  });
  add("mailed", "mail", "mailer", { name: "process mails", kind: "consumer", from: 56, ms: 3 });
  return spans;
}
