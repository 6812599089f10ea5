import { assertEquals, assertMatch } from "@std/assert";
import type { HttpAnswer } from "../../src/receivers/http_answer.ts";
import { HttpServer, type HttpServerOptions } from "../../src/receivers/http_server.ts";

/** Runs a test with a server that answers everything alike. */
async function withServer(
  answer: (path: string) => HttpAnswer,
  options: Partial<HttpServerOptions>,
  test: (server: HttpServer) => Promise<void>,
): Promise<void> {
  const server = await HttpServer.listen("127.0.0.1", 0, {
    answer: ({ head }) => Promise.resolve(answer(head.path)),
    describe: (error) => ({ status: 500, body: String(error) }),
    maxSkippedBytes: 1000,
    ...options,
  });
  const serving = server.serve();
  try {
    await test(server);
  } finally {
    await server.close(0);
    await serving;
  }
}

async function ask({ port }: HttpServer, request: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(request));
  return connection;
}

const GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const UTF8 = new TextEncoder();

async function* parts(): AsyncGenerator<Uint8Array> {
  yield UTF8.encode("one ");
  yield new Uint8Array();
  yield await Promise.resolve(UTF8.encode("two"));
}

Deno.test("what is streamed comes in chunks, and the connection ends behind it", () =>
  withServer(() => ({ stream: parts }), {}, async (server) => {
    const text = await new Response((await ask(server, GET)).readable).text();
    const [head, body] = text.split("\r\n\r\n4\r\n");
    assertMatch(head, /\r\ntransfer-encoding: chunked\r\n/);
    assertMatch(head, /\r\nconnection: close/);
    assertEquals(body, "one \r\n3\r\ntwo\r\n0\r\n\r\n");
    const response = await fetch(`http://127.0.0.1:${server.port}/`);
    assertEquals(await response.text(), "one two");
  }));

Deno.test("a client of HTTP/1.0 gets it as it is, and a HEAD gets the head alone", () =>
  withServer(() => ({ stream: parts }), {}, async (server) => {
    const old = await ask(server, "GET / HTTP/1.0\r\n\r\n");
    assertMatch(await new Response(old.readable).text(), /^((?!chunked)[^])*\r\n\r\none two$/);
    const head = await ask(server, "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertMatch(await new Response(head.readable).text(), /^HTTP\/1.1 200 OK\r\n[^]*\r\n\r\n$/);
  }));

Deno.test("a stream that breaks ends without its last chunk", () =>
  withServer(
    () => ({
      async *stream(): AsyncGenerator<Uint8Array> {
        yield* parts();
        throw new Error("broken");
      },
    }),
    {},
    async (server) => {
      const response = await fetch(`http://127.0.0.1:${server.port}/`);
      assertEquals(await response.text().catch(() => "failed"), "failed");
    },
  ));

/** A stream that ends only when it is told to, and says when that was. */
function endless(bytes: number): { answer: HttpAnswer; ended: Promise<void> } {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  async function* stream(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      while (!signal.aborted) {
        yield new Uint8Array(bytes).fill(0x20);
        if (bytes > 1) continue;
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      }
    } finally {
      resolve();
    }
  }
  return { answer: { stream }, ended };
}

Deno.test("a stream is told when its client leaves, though nothing is sent", () => {
  const { answer, ended } = endless(1);
  return withServer(() => answer, {}, async (server) => {
    const connection = await ask(server, GET);
    await connection.read(new Uint8Array(10));
    connection.close();
    await ended;
  });
});

Deno.test("a client that does not read is disconnected in time, and nothing waits for it in memory", () => {
  const { answer, ended } = endless(64 * 1024);
  return withServer(() => answer, { headMs: 100 }, async (server) => {
    using _deaf = await ask(server, GET);
    await ended;
  });
});

Deno.test("a stream in which nothing happens stays open", () => {
  const { answer } = endless(1);
  return withServer(() => answer, { headMs: 50, idleMs: 50 }, async (server) => {
    using connection = await ask(server, GET);
    const isOver = connection.readable.pipeTo(new WritableStream()).then(() => true, () => true);
    const timeout = Promise.withResolvers<boolean>();
    // Longer than the interval in which connections are looked after.
    const timer = setTimeout(() => timeout.resolve(false), 700);
    assertEquals(await Promise.race([isOver, timeout.promise]), false);
    clearTimeout(timer);
    await server.close(0);
    await isOver;
  });
});

Deno.test("requests that follow one another are answered over one connection", () =>
  withServer((path) => ({ body: path }), {}, async (server) => {
    const last = "GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const connection = await ask(server, `GET /a?q HTTP/1.1\r\nHost: x\r\n\r\n${last}`);
    assertMatch(await new Response(connection.readable).text(), /\r\n\r\n\/aHTTP[^]*\r\n\r\n\/b$/);
  }));
