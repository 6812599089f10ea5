import { assertEquals } from "@std/assert";
import { AccessToken } from "../../src/receivers/access_token.ts";
import { BodyMemory } from "../../src/receivers/body_memory.ts";
import { GrpcReceiver } from "../../src/receivers/grpc_receiver.ts";
import { bindTcp } from "../../src/runtime/bind_tcp.ts";
import { GrpcTransport } from "../../src/transport/grpc_transport.ts";

async function callWith(port: number, headers: Record<string, string>): Promise<string> {
  const transport = new GrpcTransport(new URL(`http://127.0.0.1:${port}/p.S/Take`), { headers });
  const result = await transport.send(new Uint8Array([1, 2, 3]));
  await transport.close();
  return result.status === "rejected" ? `${result.reason} ${result.message}` : result.status;
}

Deno.test("a receiver with a token wants it of other machines, and none of this one", async () => {
  const taken: number[] = [];
  const refused: string[] = [];
  await using receiver = await GrpcReceiver.listen("127.0.0.1", 0, {
    methods: {
      "/p.S/Take"(request): Uint8Array {
        taken.push(request.length);
        return new Uint8Array();
      },
    },
    memory: new BodyMemory(),
    token: new AccessToken("s3cret"),
    onRefused: (reason) => refused.push(reason),
  });
  assertEquals(await callWith(receiver.port, {}), "ok");
  // As a receiver of HTTP hands over what comes from elsewhere.
  const listener = await bindTcp("127.0.0.1", 0);
  const reading: Promise<void>[] = [];
  const accepting = (async () => {
    for (let next = await listener.accept(); next !== undefined; next = await listener.accept()) {
      reading.push(receiver.read({ ...next, peer: "192.0.2.7" }, new Uint8Array()));
    }
  })();
  const { port } = listener;
  const wrong = "grpc_16 Programs on other machines need this collector's token: " +
    "authorization: Bearer TOKEN";
  assertEquals(await callWith(port, {}), wrong);
  assertEquals(await callWith(port, { authorization: "Bearer other" }), wrong);
  assertEquals(await callWith(port, { authorization: "Bearer s3cret" }), "ok");
  assertEquals(await callWith(port, { "x-trace-token": "s3cret" }), "ok");
  assertEquals([taken, refused], [[3, 3, 3], ["unauthorized", "unauthorized"]]);
  listener.close();
  await accepting;
  await Promise.all(reading);
});
