import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { type BinaryCarrier, globalTracer, startTrace } from "../../src/veneur/mod.ts";
import { decodeSsfSpan } from "../../src/wire/ssf/decode_ssf_span.ts";
import { encodeSsfSpan } from "../../src/wire/ssf/encode_ssf_span.ts";
import { encodeSsfFrame } from "../../src/wire/ssf/ssf_frame.ts";
import { SsfFrameReader } from "../../src/wire/ssf/ssf_frame_reader.ts";
import type { SsfSample, SsfSpan, SsfTags } from "../../src/wire/ssf/ssf_span.ts";
import { generateSpans } from "../wire/ssf/_generated_spans.ts";
import { buildProgram } from "./_go_programs.ts";
import { run } from "./_veneur.ts";

const peer = await buildProgram("veneur_peer");
const program = peer.ok ? peer.path : "";

/** Has veneur's own packages decode spans from frames and encode them again. */
async function echo(spans: readonly SsfSpan[]): Promise<Uint8Array[]> {
  const frames = spans.map((span) => encodeSsfFrame(encodeSsfSpan(span)));
  const input = new Uint8Array(await new Blob(frames).arrayBuffer());
  const bodies: Uint8Array[] = [];
  const reader = new SsfFrameReader();
  reader.push(await run(program, ["echo"], { input }), (body) => bodies.push(body.slice()));
  assertEquals([reader.failure, reader.isInsideFrame], [undefined, false]);
  return bodies;
}

/** Spans in which veneur changes nothing on arrival: with a name, and no rate of 0. */
function makeSpans(tagsOf: (tags: SsfTags) => SsfTags): SsfSpan[] {
  // Go takes minus zero for the default and leaves it out.
  const plain = (value: number): number => Object.is(value, -0) ? 0 : value;
  return generateSpans(500, 7).map((span) => ({
    ...span,
    name: span.name || "named",
    tags: tagsOf(span.tags),
    metrics: span.metrics.map((sample): SsfSample => ({
      ...sample,
      value: plain(sample.value),
      sampleRate: sample.sampleRate || 1,
      tags: tagsOf(sample.tags),
    })),
  }));
}

Deno.test({
  name: "veneur's own packages read each span that we write, and we read what they write",
  ignore: !peer.ok,
  fn: async () => {
    const spans = makeSpans((tags) => tags);
    assertEquals((await echo(spans)).map(decodeSsfSpan), spans);
  },
});

Deno.test({
  name: "veneur's own packages write a span in the same bytes as we do",
  ignore: !peer.ok,
  fn: async () => {
    // The order of several tags is a random one in Go.
    const spans = makeSpans((tags) =>
      Object.assign(Object.create(null), Object.fromEntries(Object.entries(tags).slice(0, 1)))
    );
    assertEquals(await echo(spans), spans.map((span) => new Uint8Array(encodeSsfSpan(span))));
  },
});

Deno.test({
  name: "contexts go from our tracer to veneur's and back, in each format",
  ignore: !peer.ok,
  fn: async () => {
    const span = globalTracer.startSpan("call", { parent: startTrace("order") });
    const [binary, textMap, headers] = [{} as BinaryCarrier, {}, {}];
    globalTracer.inject(span, "binary", binary);
    globalTracer.inject(span, "text_map", textMap);
    globalTracer.injectHeader(span, headers);
    const given = {
      binary: Buffer.from(binary.buffer as Uint8Array).toString("base64"),
      text_map: textMap,
      http_headers: [headers, { "x-trace-id": "24680", "X-Span-Id": "13579" }, { wrong: "1" }],
    };
    const input = new TextEncoder().encode(JSON.stringify(given));
    const output = await run(program, ["contexts"], { input });
    const { extracted, own, injected } = JSON.parse(new TextDecoder().decode(output));

    // An extracted context stands for its span; veneur forgets the span's own parent.
    const ids = { traceid: `${span.traceId}`, spanid: `${span.spanId}`, parentid: "0" };
    assertEquals(extracted, [
      { ...ids, resource: "order" },
      { ...ids, resource: "order" },
      { ...ids, resource: "" },
      { traceid: "24680", spanid: "13579", parentid: "0", resource: "" },
      { error: "error parsing fields from TextMapReader" },
    ]);
    const results = [
      globalTracer.extract("binary", { buffer: Buffer.from(injected.binary, "base64") }),
      globalTracer.extract("text_map", injected.text_map),
      globalTracer.extract("http_headers", injected.http_headers[0]),
    ];
    for (const [index, result] of results.entries()) {
      if (result.status !== "ok") throw result.error;
      const child = globalTracer.startSpan("serve", { parent: result.context });
      assertEquals([`${child.traceId}`, `${child.parentId}`], [own.traceid, own.spanid]);
      assertEquals(result.context.resource, index < 2 ? "order" : "");
    }
    assertEquals(Object.keys(injected.http_headers[0]).sort(), [
      "Ot-Tracer-Sampled",
      "Ot-Tracer-Spanid",
      "Ot-Tracer-Traceid",
    ]);
  },
});
