import { assertEquals } from "@std/assert";
import { AccessToken } from "../../src/receivers/access_token.ts";
import { BodyMemory } from "../../src/receivers/body_memory.ts";
import { GrpcReceiver } from "../../src/receivers/grpc_receiver.ts";
import { GrpcTransport } from "../../src/transport/grpc_transport.ts";

async function callWith(port: number, headers: Record<string, string>): Promise<string> {
  const transport = new GrpcTransport(new URL(`http://127.0.0.1:${port}/p.S/Take`), { headers });
  const result = await transport.send(new Uint8Array([1, 2, 3]));
  await transport.close();
  return result.status === "rejected" ? `${result.reason} ${result.message}` : result.status;
}

Deno.test("calls from elsewhere need the token, before anything of them is read", async () => {
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
    isForOthers: true,
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
