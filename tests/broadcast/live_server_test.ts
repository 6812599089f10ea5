import { assert, assertEquals } from "@std/assert";
import { EventAssembler } from "../../src/assemble/event_assembler.ts";
import { readLiveSpans, type ViewMessage } from "../../src/broadcast/live_client.ts";
import { LiveServer, type LiveServerOptions } from "../../src/broadcast/live_server.ts";
import { listenUnix } from "../../src/receivers/unix_listener.ts";
import { connectUnix } from "../../src/runtime/connect_unix.ts";
import { asBuffer, endLine, startLine } from "../testing/events.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

interface Setup {
  path: string;
  server: LiveServer;
  feed(text: string): void;
}

async function withServer(
  options: LiveServerOptions,
  test: (setup: Setup) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const path = `${folder}/view`;
    const assembler = new EventAssembler({ onSpans: (batch) => server.broadcast(batch) });
    const server = new LiveServer(await listenUnix(path), { openSpans: assembler, ...options });
    const serving = server.serve();
    await test({
      path,
      server,
      feed(text): void {
        const { buffer, to } = asBuffer(text);
        assembler.ingest(buffer, 0, to, 1);
        assembler.flush();
      },
    });
    await server.close();
    await serving;
  });
}

/** Reads messages up to and including the one for which `isLast` holds. */
async function readUntil(
  messages: AsyncGenerator<ViewMessage>,
  isLast: (message: ViewMessage) => boolean,
): Promise<ViewMessage[]> {
  const read: ViewMessage[] = [];
  for (;;) {
    const { value, done } = await messages.next();
    if (done) return read;
    read.push(value);
    if (isLast(value)) return read;
  }
}

function spansOf(messages: ViewMessage[]): Record<string, unknown>[] {
  return messages.flatMap((message) =>
    message.type === "spans" ? message.lines.map((each) => JSON.parse(each)) : []
  );
}

Deno.test("a viewer that comes late gets the backlog, open spans, and then what happens", async () => {
  await withServer({}, async ({ path, feed }) => {
    feed(startLine("done") + endLine("done") + startLine("open"));
    const connection = await connectUnix(path);
    const messages = readLiveSpans(connection);
    const backlog = await readUntil(messages, (message) => message.type === "live");
    assertEquals(spansOf(backlog).map((span) => [span.id, span.running]), [
      ["done", undefined],
      ["open", true],
    ]);
    feed(startLine("new", { kind: 2 }));
    const started = await readUntil(messages, (message) => message.type === "spans");
    assertEquals(spansOf(started).map((span) => [span.id, span.running, span.kind]), [
      ["new", true, "sql"],
    ]);
    feed(endLine("new"));
    const ended = await readUntil(messages, (message) => message.type === "spans");
    assertEquals(spansOf(ended).map((span) => [span.id, span.running]), [["new", undefined]]);
    connection.close();
  });
});

Deno.test("a viewer that asks for nothing gets plain spans, kinds as numbers", async () => {
  await withServer({}, async ({ path, server, feed }) => {
    feed(startLine("before") + endLine("before"));
    using connection = await Deno.connect({ transport: "unix", path });
    while (server.viewerCount === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    // Somebody else watches running spans: they must not reach the plain viewer.
    const watcher = await connectUnix(path);
    const watching = readLiveSpans(watcher);
    await readUntil(watching, (message) => message.type === "live");
    feed(startLine("a", { kind: 1, name: '","kind":"sql"' }) + endLine("a") + startLine("open"));
    const span = JSON.parse(await readLine(connection));
    assertEquals([span.id, span.kind, span.name], ["a", 1, '","kind":"sql"']);
    watcher.close();
    await watching.return(undefined);
  });
});

Deno.test("a viewer that never reads delays nobody and is told what it missed", async () => {
  await withServer({ maxBacklogBytes: 512 * 1024 }, async ({ path, server, feed }) => {
    const connection = await connectUnix(path);
    await connection.write(new TextEncoder().encode('{"trace_view":1}\n'));
    while (server.viewerCount === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const total = 40_000;
    for (let from = 0; from < total; from += 100) {
      let text = "";
      for (let index = from; index < from + 100; index++) {
        text += startLine(`${index}`) + endLine(`${index}`);
      }
      feed(text);
      if (from % 1000 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    let seen = 0;
    let skipped = 0;
    for await (const message of readLiveSpans(connection)) {
      if (message.type === "skipped") skipped += message.spanCount;
      if (message.type === "spans") seen += message.lines.length;
      if (seen + skipped >= total) break;
    }
    assert(skipped > 0);
    assertEquals(seen + skipped, total);
    assertEquals(server.skippedSpanCount, skipped);
    connection.close();
  });
});

Deno.test("a viewer that leaves is forgotten, and one too many is turned away", async () => {
  await withServer({ maxViewers: 1 }, async ({ path, server }) => {
    const first = await Deno.connect({ transport: "unix", path });
    while (server.viewerCount < 1) await new Promise((resolve) => setTimeout(resolve, 1));
    using second = await Deno.connect({ transport: "unix", path });
    assertEquals(await second.read(new Uint8Array(1)), null);
    assertEquals(server.refusedViewerCount, 1);
    first.close();
    while (server.viewerCount > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  });
});

Deno.test("what a viewer sends beside its request does no harm", async () => {
  await withServer({}, async ({ path, server, feed }) => {
    using connection = await Deno.connect({ transport: "unix", path });
    const junk = new TextEncoder().encode(`{"trace_view":2}\n[]\nnull\n${"x".repeat(100_000)}`);
    await connection.write(junk);
    while (server.viewerCount < 1) await new Promise((resolve) => setTimeout(resolve, 1));
    feed(startLine("a") + endLine("a"));
    assertEquals(JSON.parse(await readLine(connection)).id, "a");
  });
});

Deno.test("closing sends viewers what is left for them", async () => {
  await withServer({}, async ({ path, server, feed }) => {
    const connection = await connectUnix(path);
    const messages = readLiveSpans(connection);
    await readUntil(messages, (message) => message.type === "live");
    for (let index = 0; index < 5000; index++) feed(startLine(`${index}`) + endLine(`${index}`));
    const closing = server.close();
    const ended = spansOf(await readUntil(messages, () => false)).filter((span) => !span.running);
    assertEquals(ended.length, 5000);
    await closing;
    connection.close();
  });
});

async function readLine(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(65536);
  let text = "";
  while (!text.includes("\n")) {
    const count = await connection.read(buffer);
    if (count === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return text.split("\n")[0];
}
