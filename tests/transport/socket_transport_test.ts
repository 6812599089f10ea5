import { assert, assertEquals } from "@std/assert";
import type { SocketAddress } from "../../src/model/socket_address.ts";
import { SocketTransport } from "../../src/transport/socket_transport.ts";
import { LineReceiver } from "../sdk/_line_receiver.ts";

const LINE = new TextEncoder().encode("line\n");

function unix(path: string): SocketAddress {
  return { transport: "unix", path };
}

Deno.test("a batch reaches whoever listens", async () => {
  await using receiver = await LineReceiver.create();
  const transport = new SocketTransport(unix(receiver.path));
  assertEquals(await transport.send(LINE), { status: "ok" });
  assertEquals(await transport.send(LINE), { status: "ok" });
  await receiver.waitForLines(2);
  assertEquals([transport.connectionCount, receiver.connectionCount], [1, 1]);
  await transport.close();
  await transport.close();
  assertEquals(await transport.send(LINE), { status: "rejected", reason: "closed" });
});

Deno.test("while nobody listens it says when to try again, ever later", async () => {
  const transport = new SocketTransport(unix("/nowhere/at/all.sock"), {
    backoff: { firstMs: 1, random: () => 0 },
  });
  assertEquals(await transport.send(LINE), { status: "retry", afterMs: 1 });
  const again = await transport.send(LINE);
  assert(again.status === "retry" && again.afterMs <= 1);
  await new Promise((resolve) => setTimeout(resolve, 2));
  assertEquals(await transport.send(LINE), { status: "retry", afterMs: 2 });
  await transport.close();
});

Deno.test("a receiver that comes back gets a new connection", async () => {
  await using receiver = await LineReceiver.create();
  const transport = new SocketTransport(unix(receiver.path), { backoff: { firstMs: 1 } });
  assertEquals((await transport.send(LINE)).status, "ok");
  await receiver.waitForLines(1);
  await receiver.stop();
  for (let status = "ok"; status === "ok";) status = (await transport.send(LINE)).status;
  await receiver.open();
  for (let status = ""; status !== "ok";) {
    const result = await transport.send(LINE);
    status = result.status;
    if (result.status === "retry") {
      await new Promise((resolve) => setTimeout(resolve, result.afterMs));
    }
  }
  await receiver.waitForLines(2);
  assertEquals(receiver.connectionCount, 2);
  await transport.close();
});

Deno.test("a receiver that stops reading costs the batch and not the program", async () => {
  await using receiver = await LineReceiver.createClosed();
  await receiver.open({ isReading: false });
  const transport = new SocketTransport(unix(receiver.path), { writeTimeoutMs: 20 });
  const batch = new Uint8Array(8 * 1024 * 1024).fill(0x0a);
  assertEquals(await transport.send(batch), { status: "rejected", reason: "write_timeout" });
  await transport.close();
});

Deno.test("closing breaks off what is being sent", async () => {
  await using receiver = await LineReceiver.createClosed();
  await receiver.open({ isReading: false });
  const transport = new SocketTransport(unix(receiver.path));
  const result = transport.send(new Uint8Array(8 * 1024 * 1024).fill(0x0a));
  await receiver.waitForConnections(1);
  await transport.close();
  assertEquals(await result, { status: "rejected", reason: "closed" });
});
