import { assertEquals, assertStringIncludes } from "@std/assert";
import { AccessToken } from "../../src/receivers/access_token.ts";
import { BodyMemory } from "../../src/receivers/body_memory.ts";
import { GrpcGate } from "../../src/receivers/grpc_gate.ts";
import { GrpcReceiver } from "../../src/receivers/grpc_receiver.ts";
import { tunnel } from "../../src/receivers/tunnel.ts";
import { denoConnection } from "../../src/runtime/connection.ts";
import { GrpcTransport } from "../../src/transport/grpc_transport.ts";

async function callWith(port: number, headers: Record<string, string>): Promise<string> {
  const transport = new GrpcTransport(new URL(`http://127.0.0.1:${port}/p.S/Take`), { headers });
  const result = await transport.send(new Uint8Array([1, 2, 3]));
  await transport.close();
  return result.status === "rejected" ? `${result.reason} ${result.message}` : result.status;
}

Deno.test("a receiver with a token takes only calls that carry it", async () => {
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
  const { port } = receiver;
  const wrong = "grpc_16 Programs on other machines need this collector's token: " +
    "authorization: Bearer TOKEN";
  assertEquals(await callWith(port, {}), wrong);
  assertEquals(await callWith(port, { authorization: "Bearer other" }), wrong);
  assertEquals(await callWith(port, { authorization: "Bearer s3cret" }), "ok");
  assertEquals(await callWith(port, { "x-trace-token": "s3cret" }), "ok");
  assertEquals([taken, refused], [[3, 3], ["unauthorized", "unauthorized"]]);
});

Deno.test("a gate wants the token of other machines, and none of this one", async () => {
  const refused: string[] = [];
  await using gate = await GrpcGate.listen("127.0.0.1", 0, {
    methods: { "/p.S/Take": () => new Uint8Array() },
    memory: new BodyMemory(),
    token: new AccessToken("s3cret"),
    onRefused: (reason) => refused.push(reason),
  });
  const serving = gate.serve();
  assertEquals(await callWith(gate.port, {}), "ok");
  // As a receiver of HTTP hands on what comes from elsewhere.
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const handing = (async () => {
    for (let count = 0; count < 2; count++) {
      const connection = denoConnection(await listener.accept());
      await tunnel(connection, await gate.connect("192.0.2.7"), new Uint8Array());
    }
  })();
  const { port } = listener.addr as Deno.NetAddr;
  assertStringIncludes(await callWith(port, {}), "grpc_16");
  assertEquals(await callWith(port, { authorization: "Bearer s3cret" }), "ok");
  await handing;
  listener.close();
  assertEquals(refused, ["unauthorized"]);
  await gate.close();
  await serving;
});
