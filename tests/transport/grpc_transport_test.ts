import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import * as http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { GrpcTransport } from "../../src/transport/grpc_transport.ts";
import { keepAlive } from "../testing/keep_alive.ts";

const BATCH = new TextEncoder().encode("a batch");
const BACKOFF = { firstMs: 1, random: (): number => 0 };

interface Reply {
  status: number;
  message?: string;
  details?: string;
  body?: string;
}

/** A gRPC server that gives each call the next reply; none for `undefined`. */
async function serve(
  replies: (Reply | undefined)[],
): Promise<{ url: URL; calls: string[] } & AsyncDisposable> {
  const calls: string[] = [];
  const server = http2.createServer();
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on("session", (session) => sessions.add(session));
  server.on("stream", (stream, headers) => {
    const chunks: Uint8Array[] = [];
    stream.on("error", () => {});
    stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    stream.on("end", () => {
      const message = Buffer.concat(chunks);
      calls.push(
        `${headers[":path"]} ${headers["content-type"]} ${message[0]} ${message.readUInt32BE(1)} ` +
          message.subarray(5),
      );
      const reply = replies.shift();
      if (reply === undefined) return;
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, {
        waitForTrailers: true,
      });
      stream.on("wantTrailers", () =>
        stream.sendTrailers({
          "grpc-status": String(reply.status),
          ...(reply.message === undefined ? {} : { "grpc-message": reply.message }),
          ...(reply.details === undefined
            ? {}
            : { "grpc-status-details-bin": btoa(reply.details) }),
        }));
      const body = Buffer.from(reply.body ?? "");
      stream.write(Buffer.concat([Buffer.from([0, 0, 0, 0, body.length]), body]));
      stream.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/pkg.Service/Export`),
    calls,
    async [Symbol.asyncDispose](): Promise<void> {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

Deno.test("a batch is one unary call, and calls share a connection", async () => {
  await using server = await serve([{ status: 0 }, { status: 0, body: "part" }]);
  const transport = new GrpcTransport(server.url, {
    readRefusal: ({ body }) =>
      body.length === 0 ? undefined : { count: 1, message: new TextDecoder().decode(body) },
  });
  assertEquals(await transport.send(BATCH), { status: "ok" });
  assertEquals(await transport.send(BATCH), {
    status: "ok",
    refused: { count: 1, message: "part" },
  });
  const call = "/pkg.Service/Export application/grpc 0 7 a batch";
  assertEquals(server.calls, [call, call]);
  await transport.close();
  assertEquals(await transport.send(BATCH), { status: "rejected", reason: "closed" });
});

Deno.test("each status code says whether to try again", async () => {
  const retried = [1, 4, 10, 11, 14, 15];
  const final = [2, 3, 5, 7, 8, 12, 13, 16];
  await using server = await serve([
    ...retried.map((status) => ({ status })),
    ...final.map((status) => ({ status, message: "no%20way" })),
    { status: 8, details: "wait" },
  ]);
  const transport = new GrpcTransport(server.url, {
    backoff: { ...BACKOFF, maxMs: 1 },
    readRetryDelay: (details) => details.length * 1000,
  });
  for (const status of retried) {
    assertEquals(await transport.send(BATCH), {
      status: "retry",
      afterMs: 1,
      reason: `grpc_${status}`,
    });
  }
  for (const status of final) {
    const message = "no way";
    assertEquals(await transport.send(BATCH), {
      status: "rejected",
      reason: `grpc_${status}`,
      message,
    });
  }
  assertEquals(await transport.send(BATCH), { status: "retry", afterMs: 4000, reason: "grpc_8" });
  await transport.close();
});

/** Frames of HTTP/2, as bytes of one connection. */
function frame(type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const SETTINGS = frame(4, 0, 0, new Uint8Array());
/** `:status: 200` and `content-type: application/grpc`, the latter at place 31 of HPACK's table. */
const HEADERS = frame(
  1,
  4,
  1,
  Buffer.concat([Uint8Array.of(0x88, 0x0f, 0x10, 16), Buffer.from("application/grpc")]),
);
/** The prefix of an empty message. */
const DATA = frame(0, 0, 1, new Uint8Array(5));

/** Answers the first call with bytes; then it only ends its side of the connection, or is gone altogether. */
async function serveBytes(
  listener: Deno.TcpListener,
  answer: Uint8Array,
  how: "ended" | "reset",
): Promise<{ close(): void }> {
  const connection = await listener.accept();
  const bytes = new Uint8Array(1024);
  for (let received = ""; !received.includes("a batch");) {
    const count = await connection.read(bytes) ?? 0;
    received += Buffer.from(bytes.subarray(0, count)).toString("latin1");
  }
  await connection.write(answer);
  if (how === "ended") await connection.closeWrite();
  else connection.close();
  return { close: () => how === "ended" && connection.close() };
}

for (
  const [when, answer] of [
    ["before the answer", []],
    ["behind its headers", [HEADERS]],
    ["behind its message", [HEADERS, DATA]],
  ] as const
) {
  for (const how of ["ended", "reset"] as const) {
    Deno.test({
      name: `a connection that is ${how} ${when} is worth another attempt`,
      // Deno 2.4 keeps the body of a broken answer for good.
      sanitizeResources: false,
      async fn(): Promise<void> {
        using _ = keepAlive();
        using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
        const { port } = listener.addr;
        const served = serveBytes(listener, Buffer.concat([SETTINGS, ...answer]), how);
        const transport = new GrpcTransport(
          new URL(`http://127.0.0.1:${port}/pkg.Service/Export`),
          {
            timeoutMs: 300,
          },
        );
        const result = await transport.send(BATCH);
        // Deno 2.4 does not tell that a stream broke.
        const reasons = ["connection_failed", "timeout"];
        assert(
          result.status === "retry" && reasons.includes(result.reason ?? ""),
          JSON.stringify(result),
        );
        await transport.close();
        (await served).close();
      },
    });
  }
}

Deno.test("nobody there, or nobody answering, is worth another attempt", async () => {
  using _ = keepAlive();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const nobody = new GrpcTransport(new URL(`http://127.0.0.1:${listener.addr.port}/p/m`), {
    backoff: BACKOFF,
  });
  listener.close();
  assertEquals(await nobody.send(BATCH), {
    status: "retry",
    afterMs: 1,
    reason: "connection_failed",
  });
  await nobody.close();

  await using server = await serve([undefined, { status: 0 }]);
  const transport = new GrpcTransport(server.url, { timeoutMs: 50 });
  const result = await transport.send(BATCH);
  assert(result.status === "retry" && result.reason === "timeout", JSON.stringify(result));
  assertEquals(await transport.send(BATCH), { status: "ok" });
  await transport.close();
});
