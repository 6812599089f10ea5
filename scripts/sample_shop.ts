import { type AttributeValue, createAttributes } from "../src/model/attributes.ts";
import type { Span } from "../src/model/span.ts";
import type { SpanKind } from "../src/model/span_kind.ts";

/** Options of {@linkcode sampleShop}. */
export interface SampleShopOptions {
  readonly traceCount: number;
  /** When the last of them begins, in nanoseconds since the epoch. */
  readonly untilUnixNano: bigint;
  /** Whether the last of them still runs. @default false */
  readonly isLive?: boolean;
}

/**
 * Spans of a shop of five services for pictures: pages, orders that fail now and then, a cart that asks the
 * database once for each product, a queue. The same for the same options.
 */
export function sampleShop(options: SampleShopOptions): Span[] {
  const random = createRandom(11);
  const spans: Span[] = [];
  const { traceCount, untilUnixNano } = options;
  for (let number = 0; number < traceCount; number++) {
    const start = untilUnixNano - BigInt(traceCount - number) * 180_000_000n +
      BigInt(Math.floor(random() * 120e6));
    const isLast = number === traceCount - 1;
    new SampleTrace(number, start, random, spans, options.isLive === true && isLast).write();
  }
  return spans;
}

class SampleTrace {
  readonly #number: number;
  readonly #start: bigint;
  readonly #random: () => number;
  readonly #spans: Span[];
  readonly #isRunning: boolean;
  readonly #traceId: string;
  #ids = 0;

  constructor(
    number: number,
    start: bigint,
    random: () => number,
    spans: Span[],
    isRunning: boolean,
  ) {
    this.#number = number;
    this.#start = start;
    this.#random = random;
    this.#spans = spans;
    this.#isRunning = isRunning;
    const digits = Math.imul(number + 1, 0x9e3779b1) >>> 0;
    this.#traceId = digits.toString(16).padStart(8, "0").repeat(4);
  }

  write(): void {
    const kind = this.#number % 7;
    if (this.#isRunning) this.#order(true);
    else if (kind === 0) this.#cart();
    else if (kind === 3 || kind === 5) this.#order(false);
    else this.#page();
  }

  /** A page of products: one statement, and a cache that is mostly warm. */
  #page(): void {
    const scale = 0.5 + this.#random() ** 4 * 8;
    const root = this.#span("web", "GET /products", "server", undefined, 0, 34 * scale, [
      ["http.request.method", "GET"],
      ["http.route", "/products"],
      ["http.response.status_code", 200n],
    ]);
    this.#span("web", "GET products:page", "client", root, 1, 2.2, [
      ["db.system.name", "redis"],
      ["db.query.text", "GET products:page:3"],
    ]);
    const list = this.#span("web", "GET catalogue", "client", root, 4, 32 * scale, [
      ["http.request.method", "GET"],
      ["url.full", "http://catalogue/list?page=3"],
    ]);
    const serve = this.#span("catalogue", "GET /list", "server", list, 5, 30 * scale, [
      ["http.request.method", "GET"],
      ["http.route", "/list"],
      ["http.response.status_code", 200n],
    ]);
    this.#sql(
      "catalogue",
      serve,
      7,
      26 * scale,
      "SELECT id, name, price FROM products ORDER BY name LIMIT 50",
    );
  }

  /** A cart: a statement for each of its products. */
  #cart(): void {
    const count = 9 + Math.floor(this.#random() * 14);
    const root = this.#span("web", "GET /cart", "server", undefined, 0, 14 + count * 6.5, [
      ["http.request.method", "GET"],
      ["http.route", "/cart"],
      ["http.response.status_code", 200n],
    ]);
    const load = this.#span("web", "Cart.load", "internal", root, 2, 12 + count * 6.5, [
      ["code.function.name", "Cart.load"],
      ["code.file.path", "src/cart.ts"],
    ]);
    for (let item = 0; item < count; item++) {
      const from = 4 + item * 6.5;
      const id = 1 + Math.floor(this.#random() * 90);
      this.#sql(
        "web",
        load,
        from,
        from + 3 + this.#random() * 3,
        `SELECT * FROM products WHERE id = ${id}`,
      );
    }
  }

  /** An order over four services; some cards are declined, some answers slow. */
  #order(isRunning: boolean): void {
    const roll = this.#random();
    const isDeclined = !isRunning && roll < 0.18;
    const scale = roll > 0.93 ? 7 : 0.7 + this.#random();
    const end = (ms: number): number | undefined => isRunning ? undefined : ms * scale;
    const status: [string, AttributeValue] = [
      "http.response.status_code",
      isDeclined ? 402n : 201n,
    ];
    const root = this.#span("web", "POST /orders", "server", undefined, 0, end(310), [
      ["http.request.method", "POST"],
      ["http.route", "/orders"],
      ...(isRunning ? [] : [status]),
    ], isDeclined ? "card declined" : undefined);
    const call = this.#span("web", "POST orders", "client", root, 4, end(300), [
      ["http.request.method", "POST"],
      ["url.full", "http://orders/orders"],
    ], isDeclined ? "card declined" : undefined);
    const serve = this.#span("orders", "POST /orders", "server", call, 6, end(297), [
      ["http.request.method", "POST"],
      ["http.route", "/orders"],
    ], isDeclined ? "card declined" : undefined);
    this.#sql(
      "orders",
      serve,
      9 * scale,
      21 * scale,
      "SELECT * FROM carts WHERE user_id = 7 FOR UPDATE",
    );
    this.#sql(
      "orders",
      serve,
      23 * scale,
      38 * scale,
      "INSERT INTO orders (user_id, total) VALUES (7, 4200)",
    );
    const charge = this.#span("orders", "POST payments", "client", serve, 42 * scale, end(270), [
      ["http.request.method", "POST"],
      ["url.full", "http://payments/charge"],
    ], isDeclined ? "402 Payment Required" : undefined);
    const pay = this.#span("payments", "POST /charge", "server", charge, 45 * scale, end(266), [
      ["http.request.method", "POST"],
      ["http.route", "/charge"],
    ], isDeclined ? "card declined" : undefined);
    this.#span("payments", "POST api.bank.example", "client", pay, 52 * scale, end(255), [
      ["http.request.method", "POST"],
      ["url.full", "https://api.bank.example/v2/charges"],
      ["server.address", "api.bank.example"],
    ], isDeclined ? "insufficient funds" : undefined);
    if (isDeclined || isRunning) return;
    const send = this.#span(
      "orders",
      "orders.placed publish",
      "producer",
      serve,
      274 * scale,
      280 * scale,
      [
        ["messaging.system", "kafka"],
        ["messaging.destination.name", "orders.placed"],
      ],
    );
    const mail = this.#span(
      "mailer",
      "orders.placed process",
      "consumer",
      send,
      330 * scale,
      420 * scale,
      [
        ["messaging.system", "kafka"],
        ["messaging.destination.name", "orders.placed"],
      ],
    );
    this.#span("mailer", "Mail.render", "internal", mail, 334 * scale, 372 * scale, []);
  }

  #sql(service: string, parent: string, fromMs: number, toMs: number, statement: string): void {
    const [verb] = statement.split(" ");
    const table = /(?:FROM|INTO) (\w+)/.exec(statement)?.[1] ?? "";
    this.#span(service, `${verb} ${table}`, "client", parent, fromMs, toMs, [
      ["db.system.name", "postgresql"],
      ["db.namespace", "shop"],
      ["db.query.text", statement],
    ]);
  }

  #span(
    service: string,
    name: string,
    kind: SpanKind,
    parentId: string | undefined,
    fromMs: number,
    toMs: number | undefined,
    attributes: [string, AttributeValue][],
    error?: string,
  ): string {
    const spanId = ((this.#number + 1) * 0x10000 + ++this.#ids).toString(16).padStart(16, "0");
    const at = (ms: number): bigint => this.#start + BigInt(Math.round(ms * 1e6));
    this.#spans.push({
      traceId: this.#traceId,
      spanId,
      ...(parentId !== undefined && { parentId }),
      name,
      kind,
      startTimeUnixNano: at(fromMs),
      ...(toMs !== undefined && { endTimeUnixNano: at(toMs) }),
      state: toMs === undefined ? "running" : "ended",
      attributes: createAttributes(attributes),
      resource: createAttributes([["service.name", service], ["service.version", "1.8.2"]]),
      scope: { name: "shop", version: "1.8.2" },
      ...(error !== undefined && { status: { code: "error" as const, message: error } }),
    });
    return spanId;
  }
}

/** Numbers from 0 to 1, the same in every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return ((state ^ state >>> 13) >>> 0) / 2 ** 32;
  };
}
