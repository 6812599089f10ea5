import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleForNode } from "../testing/bundle_for_node.ts";
import { DatagramReceiver, StreamReceiver } from "./_ssf_receiver.ts";

const PROGRAM = fileURLToPath(new URL("./_short_program.ts", import.meta.url));
const DENO = [Deno.execPath(), "run", "-A", "--no-check", PROGRAM];
const NOWHERE = "unix:///nowhere/at/all.sock";

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly tookMs: number;
}

async function run(command: readonly string[], ...args: string[]): Promise<Ended> {
  const startedAt = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(command[0], {
    args: [...command.slice(1), ...args],
    stdin: "null",
  }).output();
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { code, output, tookMs: performance.now() - startedAt };
}

/** Runs a test with the program bundled for Node, where there is one. */
async function onNode(test: (command: readonly string[]) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "trace-test-"));
  try {
    const node = await bundleForNode(PROGRAM, folder);
    if (node !== undefined) await test(node);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function assertEndsWell(command: readonly string[]): Promise<void> {
  await using unix = await StreamReceiver.create();
  await using tcp = await StreamReceiver.create({ isTcp: true });
  await using udp = DatagramReceiver.create();
  for (const receiver of [unix, tcp, udp]) {
    for (const way of ["end", "buffered"]) {
      const seen = receiver.spans.length;
      const { code, output } = await run(command, receiver.address, "50", way);
      assertEquals([code, output], [0, ""], `${receiver.address} ${way}`);
      await receiver.waitForSpans(seen + 50);
    }
  }
  const byName = udp.address.replace("127.0.0.1", "localhost");
  assertEquals((await run(command, byName, "10", "end")).output, "");
  await udp.waitForSpans(110);
  // Nobody listens: no longer than the time for the end, and not a word.
  const idle = await run(command, NOWHERE, "0", "end");
  const lonely = await run(command, NOWHERE, "100", "end");
  assertEquals([lonely.code, lonely.output], [0, ""]);
  // That is half a second; the machine may be busy.
  assert(lonely.tookMs - idle.tookMs < 2000, `${lonely.tookMs} ms instead of ${idle.tookMs}`);
  // A flush that is waited for settles, although nothing else keeps the program alive.
  assertEquals((await run(command, NOWHERE, "10", "flush")).output, "ok\n");
}

/** Ends programs by an explicit exit, and compares what they counted with what arrived. */
async function assertExitsWell(
  command: readonly string[],
  cases: readonly (readonly [transport: "unix" | "tcp" | "udp", way: string, arrives: number])[],
): Promise<void> {
  for (const [transport, way, arrives] of cases) {
    await using receiver = transport === "udp"
      ? DatagramReceiver.create()
      : await StreamReceiver.create({ isTcp: transport === "tcp" });
    const { code, output } = await run(command, receiver.address, "50", way);
    assertEquals(code, 3, output);
    const { recorded, sent, queued, dropped } = JSON.parse(output);
    assertEquals([sent, dropped], [arrives, {}], `${transport} ${way}`);
    assertEquals(recorded, sent + queued, `${transport} ${way}`);
    await receiver.waitForSpans(arrives);
    assertEquals(new Set(receiver.ids).size, arrives);
  }
}

Deno.test("a program on Deno that exits still sends over connected streams, and counts the rest", () =>
  assertExitsWell(DENO, [
    ["unix", "exit-late", 51],
    ["tcp", "exit-late", 51],
    ["udp", "exit-late", 1],
    ["unix", "exit", 0],
  ]));

Deno.test("a program on Node that exits still sends what it holds, and counts the rest", () =>
  onNode((node) =>
    assertExitsWell(node, [
      ["unix", "exit", 50],
      ["unix", "exit-late", 51],
      ["unix", "exit-buffered", 50],
      ["tcp", "exit-late", 51],
      ["tcp", "exit", 0],
      ["udp", "exit-late", 51],
      ["udp", "exit", 0],
    ])
  ));

Deno.test("a program that fails on Node still sends what it holds", () =>
  onNode(async (node) => {
    await using receiver = await StreamReceiver.create();
    const { code, output } = await run(node, receiver.address, "50", "throw");
    assertEquals(code, 1);
    assertStringIncludes(output, "nobody catches this");
    await receiver.waitForSpans(50);
  }));

Deno.test("an exit while nobody reads takes no longer than the time for the end", () =>
  onNode(async (node) => {
    await using receiver = await StreamReceiver.create({ isReading: false });
    const { code, output, tookMs } = await run(node, receiver.address, "20", "exit", "1000000");
    assertEquals(code, 3);
    const { recorded, sent, queued } = JSON.parse(output);
    assertEquals(recorded, sent + queued);
    assert(queued > 0 && tookMs < 5000, `${queued} queued, took ${tookMs} ms`);
  }));

Deno.test("a short program on Deno delivers what it recorded, and ends without a word", async () => {
  await assertEndsWell(DENO);
});

Deno.test("a short program on Node delivers what it recorded, and ends without a word", () =>
  onNode(assertEndsWell));

Deno.test("a server that never reads delays the end by its deadline at most", async () => {
  await using receiver = await StreamReceiver.create({ isReading: false });
  const ended = run(DENO, receiver.address, "20", "end", "1000000");
  // Old versions of Deno cannot break off a write: there, the program waits for the server.
  if (Deno.version.deno.startsWith("2.4.")) {
    await receiver.waitForConnections(8);
    await receiver.stop();
  }
  const { code, output, tookMs } = await ended;
  assertEquals([code, output], [0, ""]);
  assert(tookMs < 10_000, `took ${tookMs} ms`);
});

Deno.test("without permissions nothing is sent, asked or thrown", async () => {
  await using unix = await StreamReceiver.create();
  await using udp = DatagramReceiver.create();
  const strict = [Deno.execPath(), "run", "--no-check", PROGRAM];
  for (const address of [unix.address, udp.address, "tcp://127.0.0.1:1"]) {
    const { code, output } = await run(strict, address, "10", "end");
    assertEquals([code, output], [0, ""], address);
  }
  // The own end of a UDP socket needs a permission, too.
  const [, port] = /:(\d+)$/.exec(udp.address) as RegExpExecArray;
  const half = [Deno.execPath(), "run", `--allow-net=127.0.0.1:${port}`, "--no-check", PROGRAM];
  assertEquals((await run(half, udp.address, "10", "end")).output, "");
  assertEquals([unix.spans.length, udp.spans.length], [0, 0]);
});
