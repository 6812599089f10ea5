import { assert, assertEquals } from "@std/assert";
import { decodeSsfSpan } from "../../../src/wire/ssf/decode_ssf_span.ts";
import { encodeSsfSpan } from "../../../src/wire/ssf/encode_ssf_span.ts";
import { encodeSsfFrame } from "../../../src/wire/ssf/ssf_frame.ts";
import { SsfFrameReader } from "../../../src/wire/ssf/ssf_frame_reader.ts";

const FIXTURE = new URL("../../fixtures/ssf_unix_stream.bin", import.meta.url);

/** The bodies of the frames that veneur's own client wrote to a Unix socket. */
async function readBodies(): Promise<Uint8Array[]> {
  const bodies: Uint8Array[] = [];
  const reader = new SsfFrameReader();
  assert(reader.push(await Deno.readFile(FIXTURE), (body) => bodies.push(body.slice())));
  assert(!reader.isInsideFrame);
  return bodies;
}

Deno.test("what veneur's client sent decodes into 100 spans with their samples", async () => {
  const spans = (await readBodies()).map(decodeSsfSpan);
  assertEquals(spans.length, 100);
  const children = spans.filter((span) => span.name === "child.op");
  const roots = spans.filter((span) => span.name === "root.op");
  assertEquals([children.length, roots.length], [50, 50]);
  const rootOf = new Map(roots.map((root) => [root.traceId, root]));
  for (const child of children) {
    const root = rootOf.get(child.traceId)!;
    assertEquals([child.parentId, root.id, root.parentId], [root.id, root.traceId, 0n]);
    assert(child.startTimestamp >= root.startTimestamp && child.endTimestamp <= root.endTimestamp);
    assertEquals([child.service, root.service, { ...root.tags }], [
      "tclient",
      "tclient",
      { route: "/users/:id" },
    ]);
    assertEquals(child.metrics.map((sample) => ({ ...sample, tags: { ...sample.tags } })), [
      {
        metric: "counter",
        name: "requests",
        value: 1,
        timestamp: 0n,
        message: "",
        status: "ok",
        sampleRate: 1,
        tags: { a: "b" },
        unit: "",
        scope: "default",
      },
      {
        metric: "histogram",
        name: "lat",
        value: 3_000_000,
        timestamp: 0n,
        message: "",
        status: "ok",
        sampleRate: 1,
        tags: {},
        unit: "ns",
        scope: "default",
      },
    ]);
  }
});

Deno.test("encoding them again gives the bytes that veneur's client sent", async () => {
  const sent = await Deno.readFile(FIXTURE);
  const frames = (await readBodies()).map((body) =>
    encodeSsfFrame(encodeSsfSpan(decodeSsfSpan(body)))
  );
  assertEquals(new Uint8Array(await new Blob(frames).arrayBuffer()), sent);
});
