import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as zlib from "node:zlib";
import { ChromeExporter } from "../../src/exporters/chrome_exporter.ts";
import type { Exporter } from "../../src/exporters/exporter.ts";
import { JsonlExporter } from "../../src/exporters/jsonl_exporter.ts";
import { OtlpJsonlExporter } from "../../src/exporters/otlp_jsonl_exporter.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import type { Span } from "../../src/model/span.ts";
import { canUnpackZstd } from "../../src/runtime/decompress.ts";
import { encodeOtlpJson, encodeOtlpProtobuf } from "../../src/wire/otlp/encode_otlp.ts";
import { encodeSsfFrame } from "../../src/wire/ssf/ssf_frame.ts";
import { encodeSsfSpan } from "../../src/wire/ssf/encode_ssf_span.ts";
import { decodeSpanLine } from "../../src/wire/span_line/decode_span_line.ts";
import { sampleSpan } from "../exporters/sample_spans.ts";
import { endLine, startLine } from "../testing/events.ts";
import { ssfSpan } from "../testing/send_ssf.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace } from "../testing/trace_process.ts";

const SPANS: readonly Span[] = ["1", "2"].map((digit) =>
  sampleSpan({
    traceId: digit.repeat(32),
    spanId: digit.repeat(16),
    name: `work ${digit}`,
    kind: "server",
    attributes: createAttributes([["n", BigInt(digit)]]),
  })
);
const ZIPKIN = SPANS.map(({ traceId, spanId, name }) => ({
  traceId,
  id: spanId,
  name,
  timestamp: 1_773_223_200_123_456,
  duration: 1_000,
}));
const JAEGER = {
  data: SPANS.map(({ traceId, spanId, name }) => ({
    traceID: traceId,
    spans: [{
      traceID: traceId,
      spanID: spanId,
      operationName: name,
      startTime: 1_773_223_200_123_456,
      duration: 1_000,
      processID: "p1",
    }],
    processes: { p1: { serviceName: "shop" } },
  })),
};

/** A file of two spans, `work 1` and `work 2`, in every format. */
const FILES: Readonly<Record<string, Uint8Array>> = {
  recording: text(
    '{"trace_recording":1,"created":"2026-01-01T00:00:00Z","creator":"test"}\n' +
      exported(new JsonlExporter()),
  ),
  span_lines: text(exported(new JsonlExporter())),
  event_lines: text(
    ["1", "2"].map((id) =>
      startLine(id).replace(/"name":"[^"]*"/, `"name":"work ${id}"`) + endLine(id)
    ).join(""),
  ),
  otlp_json: text(encodeOtlpJson(SPANS)),
  otlp_json_indented: text(JSON.stringify(JSON.parse(encodeOtlpJson(SPANS)), undefined, 2)),
  otlp_json_lines: text(exported(new OtlpJsonlExporter({ maxSpansPerLine: 1 }))),
  otlp_protobuf: encodeOtlpProtobuf(SPANS),
  otlp_protobuf_frames: concat(SPANS.map((span) => frame(encodeOtlpProtobuf([span])))),
  zipkin_v2: text(JSON.stringify(ZIPKIN)),
  zipkin_v1: text(JSON.stringify(ZIPKIN.map((span) => ({ ...span, binaryAnnotations: [] })))),
  jaeger: text(JSON.stringify(JAEGER)),
  chrome: text(exported(new ChromeExporter())),
  chrome_list: text(
    JSON.stringify(
      ["1", "2"].map((id) => ({ ph: "X", name: `work ${id}`, ts: 1, dur: 1, pid: id, tid: 1 })),
    ),
  ),
  ssf: concat(
    ["1", "2"].map((id) =>
      encodeSsfFrame(encodeSsfSpan(ssfSpan({ id: BigInt(id), name: `work ${id}` })))
    ),
  ),
};

const PACKINGS: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
  ["plain", (bytes) => bytes],
  ["gzip", (bytes) => zlib.gzipSync(bytes)],
  // An executable may have been made with another version, which has none.
  ...canUnpackZstd() && Deno.env.get("TRACE_BIN") === undefined
    ? [["zstd", zlib.zstdCompressSync] as const]
    : [],
];

Deno.test("a file of any format opens, plain or packed, whatever its name, many at once", () =>
  inTemporaryFolder(async (folder) => {
    const paths: string[] = [];
    for (const [name, bytes] of Object.entries(FILES)) {
      for (const [packing, pack] of PACKINGS) {
        const path = `${folder}/${name}-${packing}`;
        await Deno.writeFile(path, pack(bytes));
        paths.push(path);
      }
    }
    const result = await runTrace(["export", ...paths, "--format", "jsonl"], { folder });
    assertEquals([result.code, result.stderr], [0, ""]);
    const names = result.stdout.trimEnd().split("\n").map((line) => decodeSpanLine(line).name);
    assertEquals(names, paths.flatMap(() => ["work 1", "work 2"]));
  }));

Deno.test("any format is read from standard input, too", () =>
  inTemporaryFolder(async (folder) => {
    for (const [index, [name, bytes]] of Object.entries(FILES).entries()) {
      const [packing, pack] = PACKINGS[index % PACKINGS.length];
      const result = await runTrace(["view", "-", "--print"], { folder, stdin: pack(bytes) });
      assertEquals([result.code, result.stderr], [0, ""], `${name}, ${packing}`);
      for (const span of ["work 1", "work 2"]) assertStringIncludes(result.stdout, span, name);
    }
  }));

Deno.test("view shows the traces of several files at once", () =>
  inTemporaryFolder(async (folder) => {
    await Deno.writeFile(`${folder}/a`, FILES.zipkin_v2);
    await Deno.writeFile(`${folder}/b`, FILES.ssf);
    const args = ["view", `${folder}/a`, `${folder}/b`, "--json"];
    const { code, stdout, stderr } = await runTrace(args, { folder });
    assertEquals([code, stderr], [0, ""]);
    const ids = stdout.trimEnd().split("\n").map((line) => JSON.parse(line).trace_id);
    assertEquals(ids.length, 2 + new Set(ids.slice(2)).size);
    assert(ids.includes("1".repeat(32)) && ids.includes("2".repeat(32)), ids.join());
  }));

Deno.test("a file that is cut opens, and its name and the place are told", () =>
  inTemporaryFolder(async (folder) => {
    const cut = FILES.zipkin_v2.subarray(0, -20);
    await Deno.writeFile(`${folder}/cut.json`, cut);
    const args = ["export", `${folder}/cut.json`, "--format", "jsonl"];
    const { code, stdout, stderr } = await runTrace(args, { folder });
    assertEquals([code, stdout.trimEnd().split("\n").length], [0, 1]);
    assertStringIncludes(
      stderr,
      `${folder}/cut.json is damaged in one place at byte ${cut.length}`,
    );
  }));

Deno.test("what is no trace is refused with what is understood", () =>
  inTemporaryFolder(async (folder) => {
    for (const stdin of ["hello\n", '{"a":1}', "\0\x01\x02", "<html></html>"]) {
      const { code, stderr } = await runTrace(["view", "-"], { folder, stdin });
      assertEquals(code, 1, stdin);
      for (const format of ["OTLP", "Zipkin", "Jaeger", "Chrome", "SSF", "event lines"]) {
        assertStringIncludes(stderr, format);
      }
    }
  }));

function exported(exporter: Exporter): string {
  const begin = exporter.begin();
  return begin + SPANS.map((span) => exporter.span(span)).join("") + exporter.end();
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** A message behind its length, as the Collector's file exporter writes it. */
function frame(message: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, message.length);
  return concat([length, message]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
