import { assert, assertEquals } from "@std/assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleForNode } from "../testing/bundle_for_node.ts";
import { LineReceiver } from "./_line_receiver.ts";

const PROGRAM = fileURLToPath(new URL("./_short_program.ts", import.meta.url));
const DENO = [Deno.execPath(), "run", "-A", "--no-check", PROGRAM];

/** Runs a program with a collector's socket; returns its exit code. */
async function run(command: readonly string[], socket: string): Promise<number> {
  const { code } = await new Deno.Command(command[0], {
    args: command.slice(1),
    env: { TRACE_SOCKET: socket, GOTRACE_SOCKET: "" },
    stdin: "null",
    stderr: "null",
  }).output();
  return code;
}

async function assertDelivers(
  command: readonly string[],
  way: string,
  exitCode: number,
): Promise<void> {
  await using receiver = await LineReceiver.create();
  assertEquals(await run([...command, way, "1000"], receiver.path), exitCode);
  const expected = way === "exit-connected" ? 2002 : 2000;
  await receiver.waitForLines(expected);
  const started = receiver.events.filter((event) => event.type === 0);
  const ended = new Set(receiver.events.filter((event) => event.type === 1).map((e) => e.span_id));
  assertEquals([started.length, ended.size, receiver.lines.length], [
    expected / 2,
    expected / 2,
    expected,
  ]);
}

Deno.test("a short program on Deno that ends by itself delivers everything", async () => {
  await assertDelivers(DENO, "end", 0);
});

Deno.test("an explicit exit on Deno delivers what the socket takes at once", async () => {
  await using receiver = await LineReceiver.create();
  assertEquals(await run([...DENO, "exit-connected", "100"], receiver.path), 3);
  await receiver.waitForLines(202);
});

Deno.test("a short program on Node delivers everything, however it ends", async () => {
  const folder = await mkdtemp(join(tmpdir(), "trace-test-"));
  try {
    const node = await bundleForNode(PROGRAM, folder);
    if (node === undefined) return;
    await assertDelivers(node, "end", 0);
    await assertDelivers(node, "exit", 3);
    await assertDelivers(node, "exit-connected", 3);
    await assertDelivers(node, "throw", 1);
  } finally {
    await rm(folder, { recursive: true });
  }
});

Deno.test("a program ends as soon without a collector as with one", async () => {
  const startedAt = performance.now();
  assertEquals(await run([...DENO, "end", "1000"], "/nowhere/at/all.sock"), 0);
  const withSocketMs = performance.now() - startedAt;
  assert(withSocketMs < 5000, `took ${withSocketMs} ms`);
});

Deno.test("a collector that never reads delays the end by its deadline at most", async () => {
  await using receiver = await LineReceiver.createClosed();
  await receiver.open({ isReading: false });
  const ended = run([...DENO, "end", "6000"], receiver.path);
  // Old versions of Deno cannot break off a write: there, the program waits for the collector.
  if (Deno.version.deno.startsWith("2.4.")) {
    await receiver.waitForConnections(1);
    await receiver.stop();
  }
  assertEquals(await ended, 0);
});

Deno.test("without permissions nothing is recorded, asked or thrown", async () => {
  await using receiver = await LineReceiver.create();
  const strict = [Deno.execPath(), "run", "--no-check", PROGRAM, "end", "10"];
  assertEquals(await run(strict, receiver.path), 0);
  const environment = [Deno.execPath(), "run", "--no-check", "--allow-env", PROGRAM, "end", "10"];
  assertEquals(await run(environment, receiver.path), 0);
  assertEquals(receiver.connectionCount, 0);
});
