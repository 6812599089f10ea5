import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { b3Single, composite, type Propagator, w3c } from "../../../src/sdk/propagation/mod.ts";
import { traceFetch, type TraceFetchOptions } from "../../../src/sdk/trace_fetch.ts";
import { traceHandler } from "../../../src/sdk/trace_handler.ts";
import { traceNodeHandler } from "../../../src/sdk/trace_node_handler.ts";
import { SpanRecorder } from "../_span_recorder.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SPAN_ID = "b7ad6b7169203331";

type FetchArguments = Parameters<typeof fetch>;

/** Calls a traced `fetch` and answers what reached the real one. */
function argumentsOf(
  options: TraceFetchOptions,
  ...args: FetchArguments
): { recorder: SpanRecorder; sent: FetchArguments } {
  const recorder = new SpanRecorder();
  let sent: FetchArguments | undefined;
  traceFetch((...received: FetchArguments) => {
    sent = received;
    return Promise.resolve(new Response());
  }, { tracer: recorder.tracer, ...options })(...args);
  return { recorder, sent: sent as FetchArguments };
}

function traceparentOf({ started: [span] }: SpanRecorder): string {
  return `00-${span.traceId.padStart(32, "0")}-${span.spanId}-01`;
}

Deno.test("a served request continues the trace of the fetch that made it", async () => {
  const client = new SpanRecorder();
  const [server, backend] = [new SpanRecorder(), new SpanRecorder()];
  const handler = traceNodeHandler((_request, response) => {
    response.end("done");
  }, { tracer: backend.tracer });
  const behind = http.createServer(handler);
  await new Promise<void>((resolve) => behind.listen(0, "127.0.0.1", resolve));
  const behindUrl = `http://127.0.0.1:${(behind.address() as AddressInfo).port}/b`;
  const fetchBehind = traceFetch(fetch, { tracer: server.tracer });
  {
    await using front = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      traceHandler(async () => new Response(await (await fetchBehind(behindUrl)).text()), {
        tracer: server.tracer,
      }),
    );
    await client.tracer.trace("work", async (span) => {
      span.setBaggage("user", "Ada, Countess");
      const url = `http://127.0.0.1:${front.addr.port}/a`;
      const response = await traceFetch(fetch, { tracer: client.tracer })(url);
      assertEquals(await response.text(), "done");
    });
  }
  behind.close();
  behind.closeAllConnections();
  const chain = [...client.started, ...server.started, ...backend.started];
  assertEquals(chain.map(({ name }) => name), ["work", "GET /a", "GET /a", "GET /b", "GET /b"]);
  assertEquals(new Set(chain.map(({ traceId }) => traceId)), new Set([chain[0].traceId]));
  assertEquals(
    chain.map(({ parentId }) => parentId),
    [undefined, ...chain.slice(0, -1).map(({ spanId }) => spanId)],
  );
  // What the first hands on reaches the last.
  assertEquals(chain[4].baggage?.user.value, "Ada, Countess");
});

Deno.test("what a caller decided and carries goes on to the next program", () => {
  const recorder = new SpanRecorder();
  let sent = new Headers();
  const handler = traceHandler((_request: Request) => {
    traceFetch((_input, init) => {
      sent = new Headers(init?.headers);
      return Promise.resolve(new Response());
    }, { tracer: recorder.tracer })("http://next.invalid/");
    return new Response();
  }, { tracer: recorder.tracer });
  const traceparent = `00-${TRACE_ID}-${SPAN_ID}-00`;
  handler(
    new Request("http://localhost/", {
      headers: { traceparent, tracestate: "a=1", baggage: "k=v;p" },
    }),
  );
  const [served, fetched] = recorder.started;
  assertEquals([served.traceId, served.parentId], [TRACE_ID, SPAN_ID]);
  assertEquals(Object.fromEntries(sent), {
    traceparent: `00-${TRACE_ID}-${fetched.spanId}-00`,
    tracestate: "a=1",
    baggage: "k=v;p",
  });
});

Deno.test("a handler that trusts nobody begins a trace of its own", () => {
  const headers = { traceparent: `00-${TRACE_ID}-${SPAN_ID}-01`, baggage: "k=v" };
  const { tracer, started } = new SpanRecorder();
  traceHandler((_request: Request) => new Response(), { tracer, trustHeaders: false })(
    new Request("http://localhost/", { headers }),
  );
  assertEquals([started[0].parentId, started[0].baggage], [undefined, undefined]);
  assert(started[0].traceId !== TRACE_ID);
});

Deno.test("a handler within a traced handler is its child, not its sibling", () => {
  const { tracer, started } = new SpanRecorder();
  const inner = traceHandler((_request: Request) => new Response(), { tracer });
  const outer = traceHandler((request: Request) => inner(request), { tracer });
  for (const traceparent of [`00-${TRACE_ID}-${SPAN_ID}-01`, "none"]) {
    outer(new Request("http://localhost/", { headers: { traceparent, baggage: "k=v" } }));
    const [first, second] = started.splice(0);
    assertEquals([second.traceId, second.parentId], [first.traceId, first.spanId]);
    assertEquals(second.baggage?.k.value, "v");
  }
});

Deno.test("a request's trace wins over the span in which the server was started", () => {
  const { tracer, started } = new SpanRecorder();
  const handler = traceHandler((_request: Request) => new Response(), { tracer });
  tracer.trace("start", () => {
    handler(
      new Request("http://localhost/", {
        headers: { traceparent: `00-${TRACE_ID}-${SPAN_ID}-01` },
      }),
    );
  });
  assertEquals([started[1].traceId, started[1].parentId], [TRACE_ID, SPAN_ID]);
});

Deno.test("headers keep the form in which the caller gives them", () => {
  const url = "http://localhost/";
  const given = { Accept: "text/plain" };
  const plain = argumentsOf({}, url, { headers: given });
  const traceparent = traceparentOf(plain.recorder);
  assertEquals(plain.sent[1]?.headers, { ...given, traceparent });
  assertEquals(given, { Accept: "text/plain" });

  const list = argumentsOf({}, url, { headers: [["a", "1"], ["a", "2"]], method: "PUT" });
  assertEquals(list.sent[1], {
    method: "PUT",
    headers: [["a", "1"], ["a", "2"], ["traceparent", traceparentOf(list.recorder)]],
  });

  const own = new Headers({ a: "1" });
  const copied = argumentsOf({}, new URL(url), { headers: own });
  assertEquals([...new Headers(copied.sent[1]?.headers)], [
    ["a", "1"],
    ["traceparent", traceparentOf(copied.recorder)],
  ]);
  assertEquals([...own], [["a", "1"]]);

  const none = argumentsOf({}, url);
  assertEquals(none.sent[1], { headers: { traceparent: traceparentOf(none.recorder) } });
});

Deno.test("a request's own headers and body are sent, whichever argument it is", async () => {
  await using server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
  }, async (request) => {
    const { headers } = request;
    return Response.json([
      request.method,
      headers.get("a"),
      await request.text(),
      headers.get("traceparent"),
    ]);
  });
  const url = `http://127.0.0.1:${server.addr.port}/`;
  const recorder = new SpanRecorder();
  const traced = traceFetch(fetch, { tracer: recorder.tracer });
  const request = (): Request =>
    new Request(url, { method: "POST", headers: { a: "1" }, body: "text" });
  const calls: FetchArguments[] = [[request()], [url, request() as RequestInit]];
  for (const args of calls) {
    const answer = await (await traced(...args)).json();
    assertEquals(answer, ["POST", "1", "text", traceparentOf(recorder)]);
    recorder.started.length = 0;
  }
  const replaced = await (await traced(request(), { headers: { b: "2" } })).json();
  assertEquals(replaced, ["POST", null, "text", traceparentOf(recorder)]);
});

Deno.test("headers that the caller sets himself stay, each format by itself", () => {
  const tracer = new SpanRecorder().tracer;
  const own = argumentsOf({ tracer }, "http://localhost/", { headers: { TraceParent: "mine" } });
  assertEquals(own.sent[1]?.headers, { TraceParent: "mine" });
  const { recorder, sent } = argumentsOf(
    { propagator: composite([w3c, b3Single]) },
    "http://localhost/",
    { headers: { B3: "0" } },
  );
  assertEquals(sent[1]?.headers, { B3: "0", traceparent: traceparentOf(recorder) });
});

Deno.test("propagateTo says who gets headers; when it fails, nobody does", () => {
  const propagateTo = (url: string): boolean => {
    if (url.includes("broken")) throw new Error("broken");
    return new URL(url).hostname === "inside.invalid";
  };
  const init = {};
  assert("headers" in (argumentsOf({ propagateTo }, "http://inside.invalid/").sent[1] ?? {}));
  for (const url of ["http://outside.invalid/", "http://broken.invalid/"]) {
    assertStrictEquals(argumentsOf({ propagateTo }, url, init).sent[1], init);
  }
});

Deno.test("a propagator that throws, or headers that are wrong, change nothing", () => {
  const broken: Propagator = {
    fields: [],
    inject: () => {
      throw new Error("broken");
    },
    extract: () => {
      throw new Error("broken");
    },
  };
  const init = {};
  assertStrictEquals(
    argumentsOf({ propagator: broken }, "http://localhost/", init).sent[1],
    init,
  );
  const wrong = { headers: [["one"]] as unknown as [string, string][] };
  assertStrictEquals(argumentsOf({}, "http://localhost/", wrong).sent[1], wrong);
  const recorder = new SpanRecorder();
  const options = { tracer: recorder.tracer, propagator: broken };
  traceHandler((_request: Request) => new Response(), options)(new Request("http://localhost/"));
  assertEquals(recorder.started[0].parentId, undefined);
});

Deno.test("a tracer that records nothing adds no headers", async () => {
  const recorder = new SpanRecorder();
  await recorder.tracer.shutdown();
  const init = {};
  assertStrictEquals(
    argumentsOf({ tracer: recorder.tracer }, "http://localhost/", init).sent[1],
    init,
  );
});

Deno.test("a handler without parameters is traced, too", async () => {
  const { tracer, started } = new SpanRecorder();
  const handler = traceHandler(() => new Response("hello"), { tracer });
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    handler,
  );
  const response = await fetch(`http://127.0.0.1:${server.addr.port}/`);
  assertEquals([await response.text(), started.length], ["hello", 1]);
});
