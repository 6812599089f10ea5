import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import * as http2 from "node:http2";
import { BodyMemory } from "../../src/receivers/body_memory.ts";
import { GrpcReceiver } from "../../src/receivers/grpc_receiver.ts";
import { HttpReceiver } from "../../src/receivers/http_receiver.ts";

const memory = new BodyMemory();

function listenHttp(http2?: GrpcReceiver): Promise<HttpReceiver> {
  return HttpReceiver.listen("127.0.0.1", 0, {
    routes: {},
    memory,
    http2,
  });
}

Deno.test("a port for HTTP takes gRPC, too, beside its own requests", {
  // There, the client itself rejects a promise that nobody can handle when its session ends.
  ignore: Deno.version.deno.startsWith("2.4."),
}, async () => {
  await using grpc = await GrpcReceiver.listen("127.0.0.1", 0, {
    methods: { "/p.S/Echo": (request) => request },
    memory,
  });
  await using http = await listenHttp(grpc);
  const serving = http.serve();
  const session = http2.connect(`http://127.0.0.1:${http.port}`);
  for (const text of ["first", "x".repeat(300_000)]) {
    const stream = session.request({
      ":method": "POST",
      ":path": "/p.S/Echo",
      "content-type": "application/grpc",
    });
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(text.length, 1);
    stream.end(Buffer.concat([prefix, Buffer.from(text)]));
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk as Uint8Array);
    assertEquals(Buffer.concat(chunks).subarray(5).toString(), text);
  }
  const response = await fetch(`http://127.0.0.1:${http.port}/`, { method: "POST" });
  assertEquals(response.status, 404);
  await response.body?.cancel();
  session.destroy();
  await http.close();
  await serving;
});

Deno.test("without a receiver of gRPC, HTTP/2 is refused in words of HTTP/1.1", async () => {
  await using http = await listenHttp();
  const serving = http.serve();
  const connection = await Deno.connect({ port: http.port });
  await connection.write(new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  const buffer = new Uint8Array(1024);
  const count = await connection.read(buffer) ?? 0;
  const answer = new TextDecoder().decode(buffer.subarray(0, count));
  assertEquals(answer.slice(0, 12), "HTTP/1.1 505");
  connection.close();
  await http.close();
  await serving;
});
