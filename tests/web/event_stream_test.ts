import { assert, assertEquals } from "@std/assert";
import type { ApiInfo, ApiMissed, ApiTraceChange } from "../../src/web/api.ts";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import { eventStream } from "../../src/web/event_stream.ts";
import { getJson, makeSpan, type Served, withServer } from "./_served.ts";

const INFO: Omit<ApiInfo, "now"> = {
  version: "1",
  title: "a test",
  connection: "live",
  is_recording: false,
  list_version: 0,
  traces: 0,
  spans: 0,
  running: 0,
  errors: 0,
  skipped: 0,
  dropped: {},
  notices: [],
  start_time: null,
  end_time: null,
  viewers: 1,
  refused_viewers: 0,
};

interface Event {
  readonly type: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

/** A page that follows what happens. */
class Page implements Disposable {
  readonly #stop = new AbortController();
  readonly #response: Response;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(response: Response, stop: AbortController) {
    this.#response = response;
    this.#stop = stop;
    this.#reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>)
      .pipeThrough(new TextDecoderStream()).getReader();
  }

  static async open({ origin }: Served, search = "", lastEventId?: string): Promise<Page> {
    const stop = new AbortController();
    const response = await fetch(`${origin}/api/stream${search}`, {
      signal: stop.signal,
      headers: lastEventId === undefined ? {} : { "last-event-id": lastEventId },
    });
    return new Page(response, stop);
  }

  get status(): number {
    return this.#response.status;
  }

  /** The next event; `undefined` at the end. */
  async next(): Promise<Event | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const fields = new Map(
          this.#text.slice(0, end).split("\n").map((line) => {
            const colon = line.indexOf(": ");
            return [line.slice(0, colon), line.slice(colon + 2)];
          }),
        );
        this.#text = this.#text.slice(end + 2);
        const data = fields.get("data");
        if (data === undefined) continue;
        return { type: fields.get("event") ?? "", id: fields.get("id"), data: JSON.parse(data) };
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += value;
    }
  }

  /** The next event of a type that is as wanted. */
  async nextOf<Data>(type: string, isWanted: (data: Data) => boolean = () => true): Promise<Data> {
    for (;;) {
      const event = await this.next();
      if (event === undefined) throw new Error(`The stream ended before "${type}" came`);
      if (event.type === type && isWanted(event.data as Data)) return event.data as Data;
    }
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    this.#reader.cancel().catch(() => {});
  }
}

Deno.test("a page is told at once how things are, and again when they change", () =>
  withServer({}, async (served) => {
    using page = await Page.open(served);
    const first = await page.nextOf<ApiInfo>("info");
    assertEquals([first.traces, first.connection], [0, "live"]);
    served.source.traces.add(makeSpan({ traceId: "t" }));
    assertEquals((await page.nextOf<ApiInfo>("info", ({ traces }) => traces === 1)).spans, 1);
    served.source.connection = "ended";
    await page.nextOf<ApiInfo>("info", ({ connection }) => connection === "ended");
  }));

Deno.test("traces that are watched tell of their changes, whatever else happens", () =>
  withServer({}, async (served) => {
    const { traces } = served.source;
    traces.add(makeSpan({ traceId: "t/1", state: "running", endTimeUnixNano: undefined }));
    using page = await Page.open(served, "?watch=t%2F1&watch=later");
    const first = await page.nextOf<ApiTraceChange>("trace");
    assertEquals([first.trace_id, first.spans, first.running], ["t/1", 1, 1]);
    traces.add(makeSpan({ traceId: "t/1" }));
    traces.add(makeSpan({ traceId: "later" }));
    const changes = [
      await page.nextOf<ApiTraceChange>("trace"),
      await page.nextOf<ApiTraceChange>("trace"),
    ];
    assertEquals(changes.map((each) => [each.trace_id, each.running, each.is_gone]), [
      ["t/1", 0, false],
      ["later", 0, false],
    ]);
  }));

Deno.test("at most ten messages a second are sent, each with what is newest", () =>
  withServer({}, async (served) => {
    using page = await Page.open(served);
    let spanId = 0;
    const timer = setInterval(() => {
      served.source.traces.add(makeSpan({ traceId: "t", spanId: String(spanId++) }));
    }, 2);
    try {
      await page.nextOf<ApiInfo>("info");
      const beganMs = performance.now();
      for (let count = 0; count < 5; count++) await page.nextOf<ApiInfo>("info");
      // Timers may fire a little early.
      assert(performance.now() - beganMs >= 5 * 95);
    } finally {
      clearInterval(timer);
    }
  }));

Deno.test("what the server itself missed is told, and a page that was away learns how much it was", () =>
  withServer({}, async (served) => {
    let id: string | undefined;
    {
      using page = await Page.open(served);
      await page.nextOf<ApiInfo>("info");
      served.source.skippedSpanCount = 7;
      assertEquals(await page.nextOf<ApiMissed>("missed"), { spans: 7, updates: 0, ms: 0 });
      id = (await page.next())?.id;
    }
    served.source.skippedSpanCount = 9;
    served.source.traces.add(makeSpan({ traceId: "t" }));
    // As if it had been away for an hour.
    const [server, ms, ...counts] = (id ?? "").split("-");
    const old = [server, Number(ms) - 3_600_000, ...counts].join("-");
    using back = await Page.open(served, "", old);
    const missed = await back.nextOf<ApiMissed>("missed");
    assertEquals([missed.spans, missed.updates], [2, 1]);
    assert(missed.ms >= 3_600_000);
    assertEquals((await back.nextOf<ApiInfo>("info")).traces, 1);
    // Counts of another server say nothing.
    using other = await Page.open(served, "", `other-${ms}-0-0`);
    assertEquals((await other.next())?.type, "info");
  }));

Deno.test("a stream in which nothing happens shows that it is alive", async () => {
  const stop = new AbortController();
  const stream = eventStream({
    traces: new TraceStore(),
    info: () => INFO,
    watched: [],
    lastEventId: undefined,
    serverId: "s",
    signal: stop.signal,
    heartbeatMs: 1,
  });
  const parts: string[] = [];
  for await (const part of stream) {
    parts.push(new TextDecoder().decode(part));
    if (parts.length === 4) stop.abort();
  }
  assertEquals(parts.map((part) => part.split("\n")[0]), [
    "retry: 1000",
    "event: info",
    ": ",
    ": ",
  ]);
});

Deno.test("a page too many is turned away and counted, and leaving makes room", () =>
  withServer({ maxViewers: 2 }, async (served) => {
    using _one = await Page.open(served);
    const other = await Page.open(served);
    assertEquals((await other.nextOf<ApiInfo>("info")).viewers, 2);
    const refused = await fetch(`${served.origin}/api/stream`);
    assertEquals([refused.status, refused.headers.get("retry-after")], [503, "5"]);
    assertEquals((await refused.json()).reason, "too_many_viewers");
    other[Symbol.dispose]();
    for (;;) {
      const info = await getJson<ApiInfo>(`${served.origin}/api/info`);
      assertEquals(info.refused_viewers, 1);
      if (info.viewers === 1) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    using next = await Page.open(served);
    assertEquals(next.status, 200);
    await next.nextOf<ApiInfo>("info");
  }));

Deno.test("pages that come all at once are no more than there is room for", () =>
  withServer({ maxViewers: 2 }, async (served) => {
    const stop = new AbortController();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => fetch(`${served.origin}/api/stream`, stop)),
    );
    try {
      for (;;) {
        const { viewers, refused_viewers } = await getJson<ApiInfo>(`${served.origin}/api/info`);
        assert(viewers <= 2, `${viewers} follow`);
        if (viewers + refused_viewers === 20) break;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } finally {
      stop.abort();
      for (const { body } of answers) await body?.cancel().catch(() => {});
    }
  }));

Deno.test("a page that never reads costs nobody anything, and closing does not wait for it", () =>
  withServer({}, async (served) => {
    const { server: { port }, source } = served;
    for (let index = 0; index < 2000; index++) {
      source.traces.add(
        makeSpan({ traceId: "t", spanId: String(index), name: "x".repeat(20_000) }),
      );
    }
    using deaf = await Deno.connect({ hostname: "127.0.0.1", port });
    const request = "GET /api/trace/t HTTP/1.1\r\nHost: localhost\r\n\r\n";
    await deaf.write(new TextEncoder().encode(request));
    using alsoDeaf = await Deno.connect({ hostname: "127.0.0.1", port });
    const stream = "GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
    await alsoDeaf.write(new TextEncoder().encode(stream));
    using page = await Page.open(served);
    await page.nextOf<ApiInfo>("info", ({ viewers }) => viewers === 2);
    const text = await (await fetch(`${served.origin}/api/trace/t`)).text();
    assertEquals(text.length > 40_000_000, true);
  }));

Deno.test("closing the server ends its streams", async () => {
  let page: Page | undefined;
  await withServer({}, async (served) => {
    page = await Page.open(served);
    await page.nextOf<ApiInfo>("info");
  });
  assertEquals(await page?.next(), undefined);
  page?.[Symbol.dispose]();
});

Deno.test("pages that reload in the middle of an answer leave nothing behind", () =>
  withServer({}, async (served) => {
    for (let index = 0; index < 200; index++) {
      served.source.traces.add(
        makeSpan({ traceId: "t", spanId: String(index), name: "x".repeat(20_000) }),
      );
    }
    for (let round = 0; round < 20; round++) {
      const stop = new AbortController();
      const pages = await Promise.all([Page.open(served, "?watch=t"), Page.open(served)]);
      const lines = await fetch(`${served.origin}/api/trace/t`, { signal: stop.signal });
      await lines.body?.getReader().read();
      stop.abort();
      for (const page of pages) page[Symbol.dispose]();
    }
    for (;;) {
      const { viewers } = await getJson<ApiInfo>(`${served.origin}/api/info`);
      if (viewers === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }));
