import { assert, assertEquals } from "@std/assert";
import { HttpTransport, parseRetryAfter } from "../../src/transport/http_transport.ts";
import { keepAlive } from "../testing/keep_alive.ts";

const BATCH = new TextEncoder().encode("a batch");
const OPTIONS = {
  contentType: "text/plain",
  headers: { "x-token": "t" },
  backoff: { firstMs: 1, random: () => 0 },
};

/** A server that gives each request the next answer, and a transport to it. */
function open(
  answers: (() => Response)[],
  options: { timeoutMs?: number } = {},
): { transport: HttpTransport; requests: string[] } & AsyncDisposable {
  const requests: string[] = [];
  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const { headers } = request;
    requests.push(
      `${request.method} ${pathname} ${headers.get("content-type")} ${headers.get("x-token")} ` +
        await request.text(),
    );
    return (answers.shift() ?? (() => new Response()))();
  }
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen(): void {} }, answer);
  const transport = new HttpTransport(new URL(`http://127.0.0.1:${server.addr.port}/v1/x`), {
    ...OPTIONS,
    ...options,
    readMessage: ({ body }) => new TextDecoder().decode(body),
    readRefusal: ({ body }) =>
      body.length === 0 ? undefined : { count: 2, message: new TextDecoder().decode(body) },
  });
  return {
    transport,
    requests,
    async [Symbol.asyncDispose](): Promise<void> {
      await transport.close();
      await server.shutdown();
    },
  };
}

Deno.test("a batch is the body of a request, with its type and headers", async () => {
  await using opened = open([]);
  assertEquals(await opened.transport.send(BATCH), { status: "ok" });
  assertEquals(opened.requests, ["POST /v1/x text/plain t a batch"]);
});

Deno.test("each answer's status code says whether to try again", async () => {
  const codes = [429, 502, 503, 504, 400, 401, 404, 413, 500, 307];
  await using opened = open(
    codes.map((status) => () => new Response("why", { status, headers: { "Retry-After": "7" } })),
  );
  for (const code of codes.slice(0, 4)) {
    assertEquals(await opened.transport.send(BATCH), {
      status: "retry",
      afterMs: 7000,
      reason: `http_${code}`,
    });
  }
  for (const code of codes.slice(4)) {
    const result = await opened.transport.send(BATCH);
    assertEquals(result, { status: "rejected", reason: `http_${code}`, message: "why" });
  }
});

Deno.test("a success may say that a part was refused", async () => {
  await using opened = open([() => new Response("two of them")]);
  assertEquals(await opened.transport.send(BATCH), {
    status: "ok",
    refused: { count: 2, message: "two of them" },
  });
});

Deno.test("without a listener it says when to try again, ever later", async () => {
  using _ = keepAlive();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = new URL(`http://127.0.0.1:${listener.addr.port}/`);
  listener.close();
  const transport = new HttpTransport(url, OPTIONS);
  const reason = "connection_failed";
  assertEquals(await transport.send(BATCH), { status: "retry", afterMs: 1, reason });
  assertEquals(await transport.send(BATCH), { status: "retry", afterMs: 2, reason });
  await transport.close();
  assertEquals(await transport.send(BATCH), { status: "rejected", reason: "closed" });
});

Deno.test("a receiver that accepts and never answers costs the time-out, and closing ends it", async () => {
  using _ = keepAlive();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) connections.push(connection);
  })();
  const url = new URL(`http://127.0.0.1:${listener.addr.port}/`);
  const hasty = new HttpTransport(url, { ...OPTIONS, timeoutMs: 20 });
  const result = await hasty.send(BATCH);
  assert(result.status === "retry" && result.reason === "timeout");
  const patient = new HttpTransport(url, OPTIONS);
  const sending = patient.send(BATCH);
  await patient.close();
  assertEquals(await sending, { status: "rejected", reason: "closed" });
  await hasty.close();
  listener.close();
  await accepting.catch(() => {});
  for (const connection of connections) connection.close();
});

Deno.test("a wait is asked for in seconds or with a date, and bounded", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  const texts = ["0", "1.5", "Thu, 01 Jan 2026 00:00:05 GMT", "99999", "soon", "", undefined, "-3"];
  assertEquals(
    texts.map((text) => parseRetryAfter(text, now)),
    [0, 1500, 5000, 300_000, undefined, undefined, undefined, 0],
  );
});
