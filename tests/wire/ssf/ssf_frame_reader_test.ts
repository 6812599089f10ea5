import { assert, assertEquals, assertThrows } from "@std/assert";
import { encodeSsfFrame, MAX_SSF_BODY_BYTES } from "../../../src/wire/ssf/ssf_frame.ts";
import { SsfFrameReader } from "../../../src/wire/ssf/ssf_frame_reader.ts";
import { seededRandom } from "../../testing/events.ts";

/** Pushes a stream in pieces; returns the bodies as text. */
function readFrames(
  stream: Uint8Array,
  nextPieceLength: () => number,
  reader = new SsfFrameReader(),
): string[] {
  const bodies: string[] = [];
  for (let at = 0; at < stream.length;) {
    const length = nextPieceLength();
    // A copy that is overwritten afterwards: nothing of it may be kept.
    const piece = stream.slice(at, at + length);
    reader.push(piece, (body) => bodies.push(body.join()));
    piece.fill(0xee);
    at += length;
  }
  return bodies;
}

async function streamOf(...bodies: Uint8Array[]): Promise<Uint8Array> {
  return new Uint8Array(await new Blob(bodies.map(encodeSsfFrame)).arrayBuffer());
}

Deno.test("frames come out the same however the stream is cut", async () => {
  const random = seededRandom(3);
  const bodies = Array.from({ length: 200 }, () => {
    const length = random() < 0.1 ? 0 : Math.floor(random() * (random() < 0.1 ? 5000 : 50));
    return Uint8Array.from({ length }, () => Math.floor(random() * 256));
  });
  const stream = await streamOf(...bodies);
  const expected = bodies.map((body) => body.join());
  for (const pieceLength of [1, 2, 3, 4, 5, 6, 7, 1023, 1024, stream.length]) {
    assertEquals(readFrames(stream, () => pieceLength), expected, `pieces of ${pieceLength}`);
  }
  for (let round = 0; round < 50; round++) {
    assertEquals(readFrames(stream, () => 1 + Math.floor(random() * 300)), expected);
  }
});

Deno.test("it tells an end between frames from an end inside one", async () => {
  const stream = await streamOf(Uint8Array.of(1, 2, 3), Uint8Array.of());
  const reader = new SsfFrameReader();
  const isInside = Array.from(stream, (byte) => {
    assert(reader.push(Uint8Array.of(byte), () => {}));
    return reader.isInsideFrame;
  });
  assertEquals(
    isInside,
    [true, true, true, true, true, true, true, false, true, true, true, true, false],
  );
});

Deno.test("another version byte breaks the framing, after the frames before it", async () => {
  const good = await streamOf(Uint8Array.of(1), Uint8Array.of(2));
  const stream = Uint8Array.of(...good, 7, 0, 0, 0, 1, 9, ...good);
  for (const pieceLength of [1, 5, stream.length]) {
    const reader = new SsfFrameReader();
    assertEquals(readFrames(stream, () => pieceLength, reader), ["1", "2"]);
    assertEquals([reader.failure?.reason, reader.failure?.offset], ["bad_frame", good.length]);
    assert(!reader.isInsideFrame);
    // Nothing that follows has a meaning.
    assertEquals(reader.push(good, () => assert(false)), false);
  }
});

Deno.test("a body of the limit is taken, a longer one breaks the framing", async () => {
  const stream = Uint8Array.of(...await streamOf(Uint8Array.of(1, 2, 3)), 0, 0, 0, 0, 4, 1);
  for (const pieceLength of [1, 5, stream.length]) {
    const reader = new SsfFrameReader({ maxBodyBytes: 3 });
    assertEquals(readFrames(stream, () => pieceLength, reader), ["1,2,3"]);
    assertEquals([reader.failure?.reason, reader.failure?.offset], ["too_long", 9]);
  }
  for (const [length, isTaken] of [[0x01000000, true], [0x01000001, false], [2 ** 32 - 1, false]]) {
    const header = new Uint8Array(5);
    new DataView(header.buffer).setUint32(1, Number(length));
    assertEquals(new SsfFrameReader().push(header, () => {}), isTaken);
  }
  assertThrows(() => encodeSsfFrame(new Uint8Array(MAX_SSF_BODY_BYTES + 1)), RangeError);
});

Deno.test("the longest body arrives whole, in pieces, and again", () => {
  const body = new Uint8Array(MAX_SSF_BODY_BYTES);
  body[0] = 1;
  body[body.length - 1] = 2;
  const frame = encodeSsfFrame(body);
  const reader = new SsfFrameReader();
  let count = 0;
  for (let round = 0; round < 2; round++) {
    for (let at = 0; at < frame.length; at += 100_000) {
      reader.push(frame.subarray(at, at + 100_000), (got) => {
        assertEquals([got.length, got[0], got[got.length - 1]], [body.length, 1, 2]);
        count++;
      });
    }
  }
  assertEquals(count, 2);
});

Deno.test("a length that is only claimed takes no memory", () => {
  const header = Uint8Array.of(0, 1, 0, 0, 0);
  const readers = Array.from({ length: 2000 }, () => {
    const reader = new SsfFrameReader();
    reader.push(header, () => {});
    return reader;
  });
  // 32 GB, if it did.
  assert(readers.every((reader) => reader.isInsideFrame));
});
