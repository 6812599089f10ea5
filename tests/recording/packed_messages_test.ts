import { assertEquals, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import * as zlib from "node:zlib";
import type { Span } from "../../src/model/span.ts";
import { readForeignSpans } from "../../src/recording/foreign_spans.ts";
import { openRecording } from "../../src/recording/open_recording.ts";
import type { ForeignFormat } from "../../src/recording/sniff_format.ts";
import { canUnpackZstd } from "../../src/runtime/decompress.ts";
import { encodeOtlpJson, encodeOtlpProtobuf } from "../../src/wire/otlp/encode_otlp.ts";
import { decodeSpanBatch } from "../../src/wire/span_line/decode_span_batch.ts";
import { sampleSpan } from "../exporters/sample_spans.ts";
import { pieces } from "./_recording_fixture.ts";

const ignore = !canUnpackZstd();
const { zstdCompressSync } = zlib as { zstdCompressSync(bytes: Uint8Array): Uint8Array };

const SPANS = ["a", "b", "c"].map((name, index) =>
  sampleSpan({
    name,
    spanId: `eee19b7ec3c1b17${index}`,
    traceId: "5b8efff798038103d269b633813fc60c",
  })
);
const MESSAGES: readonly (readonly [ForeignFormat, Uint8Array[]])[] = [
  ["otlp-json", SPANS.map((span) => new TextEncoder().encode(encodeOtlpJson([span])))],
  ["otlp-protobuf-frames", SPANS.map((span) => encodeOtlpProtobuf([span]))],
];

/** Each message packed, behind its length. */
function pack(messages: readonly Uint8Array[]): Uint8Array[] {
  return messages.map((message) => {
    const packed = zstdCompressSync(message);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(packed.length);
    return Buffer.concat([length, packed]);
  });
}

/** Names of the spans that a file opens with, its format, and the first problem of it. */
async function open(
  file: Uint8Array,
  pieceBytes: number,
): Promise<{ format: string | undefined; names: string[]; damage: string | undefined }> {
  await using opened = await openRecording(pieces(file, pieceBytes));
  assertEquals(opened.compression, "zstd");
  const foreign = readForeignSpans(
    opened.bytes,
    opened.format as ForeignFormat,
    opened.sourceDamage,
  );
  const spans: Span[] = [];
  for await (const batch of foreign) spans.push(...decodeSpanBatch(batch.lines));
  return {
    format: opened.format,
    names: spans.map(({ name }) => name),
    damage: foreign.report.firstDamage?.reason,
  };
}

for (const [format, messages] of MESSAGES) {
  Deno.test({
    name: `messages of ${format} that are packed one by one open, however the bytes come`,
    ignore,
    async fn(): Promise<void> {
      const file = Buffer.concat(pack(messages));
      for (const pieceBytes of [1, 7, 100, file.length]) {
        assertEquals(await open(file, pieceBytes), {
          format,
          names: ["a", "b", "c"],
          damage: undefined,
        });
      }
    },
  });

  Deno.test({
    name: `of damaged or cut ${format} that is packed so, the whole messages are shown`,
    ignore,
    async fn(): Promise<void> {
      const [first, second, third] = pack(messages);
      const broken = Buffer.from(second);
      broken.fill(0xff, 8);
      const damaged = await open(Buffer.concat([first, broken, third]), 1000);
      assertEquals(damaged.names, ["a", "c"]);
      assertStringIncludes(String(damaged.damage), `message at byte ${first.length}`);
      const cut = await open(Buffer.concat([first, second, third.subarray(0, -1)]), 1000);
      assertEquals(cut.names, ["a", "b"]);
      assertStringIncludes(String(cut.damage), "the end is missing");
      const huge = await open(Buffer.concat([first, Buffer.alloc(4, 0xff), third]), 1000);
      assertEquals(huge.names, ["a"]);
      assertStringIncludes(String(huge.damage), `byte ${first.length} has more than`);
    },
  });
}
