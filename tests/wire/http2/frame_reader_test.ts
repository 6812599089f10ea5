import { assertEquals, assertThrows } from "@std/assert";
import { FLAG, FRAME } from "../../../src/wire/http2/frame.ts";
import { FrameReader } from "../../../src/wire/http2/frame_reader.ts";
import { FrameWriter } from "../../../src/wire/http2/frame_writer.ts";
import { HTTP2_ERROR, Http2Error } from "../../../src/wire/http2/http2_error.ts";
import { readFramePayload } from "../../../src/wire/http2/read_frame_payload.ts";

/** Pushes bytes in parts of a size, and lists the frames. */
function readAll(bytes: Uint8Array, partBytes: number): unknown[] {
  const reader = new FrameReader();
  const frames: unknown[] = [];
  for (let at = 0; at < bytes.length;) {
    at += reader.push(bytes.subarray(at, at + partBytes));
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      frames.push({ ...frame, payload: [...frame.payload] });
    }
  }
  return frames;
}

Deno.test("frames are read as they were written, wherever they are cut", () => {
  const writer = new FrameWriter();
  writer.settings([[3, 100], [4, 0x7fffffff]]);
  writer.settingsAck();
  writer.pingAck(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  writer.headers(1, Uint8Array.of(0x88), false);
  writer.data(1, Uint8Array.of(9, 8, 7));
  writer.headers(0x7fffffff, new Uint8Array(), true);
  writer.windowUpdate(0, 65535);
  writer.rstStream(3, HTTP2_ERROR.CANCEL);
  writer.goAway(5, HTTP2_ERROR.ENHANCE_YOUR_CALM, "ü");
  const bytes = writer.take();
  const expected = [
    {
      type: FRAME.SETTINGS,
      flags: 0,
      streamId: 0,
      payload: [0, 3, 0, 0, 0, 100, 0, 4, 0x7f, 255, 255, 255],
    },
    { type: FRAME.SETTINGS, flags: FLAG.ACK, streamId: 0, payload: [] },
    { type: FRAME.PING, flags: FLAG.ACK, streamId: 0, payload: [1, 2, 3, 4, 5, 6, 7, 8] },
    { type: FRAME.HEADERS, flags: FLAG.END_HEADERS, streamId: 1, payload: [0x88] },
    { type: FRAME.DATA, flags: 0, streamId: 1, payload: [9, 8, 7] },
    {
      type: FRAME.HEADERS,
      flags: FLAG.END_HEADERS | FLAG.END_STREAM,
      streamId: 0x7fffffff,
      payload: [],
    },
    { type: FRAME.WINDOW_UPDATE, flags: 0, streamId: 0, payload: [0, 0, 255, 255] },
    { type: FRAME.RST_STREAM, flags: 0, streamId: 3, payload: [0, 0, 0, 8] },
    {
      type: FRAME.GOAWAY,
      flags: 0,
      streamId: 0,
      payload: [0, 0, 0, 5, 0, 0, 0, 11, 0xc3, 0xbc],
    },
  ];
  for (let partBytes = 1; partBytes <= bytes.length; partBytes++) {
    assertEquals(readAll(bytes, partBytes), expected);
  }
  assertEquals(writer.length, 0);
});

Deno.test("many large frames are read, and one that is too long is refused", () => {
  const writer = new FrameWriter();
  for (let index = 0; index < 20; index++) {
    writer.data(index * 2 + 1, new Uint8Array(16_384).fill(index));
  }
  const frames = readAll(writer.take(), 100_000) as { payload: number[] }[];
  assertEquals(
    frames.map(({ payload }) => [payload.length, payload[0], payload[16_383]]),
    Array.from({ length: 20 }, (_, index) => [16_384, index, index]),
  );
  writer.data(1, new Uint8Array(16_385));
  const error = assertThrows(() => readAll(writer.take(), 100_000), Http2Error, "16385");
  assertEquals(error.code, HTTP2_ERROR.FRAME_SIZE_ERROR);
});

Deno.test("bytes that have to come are told from others as early as that can be", () => {
  const expected = Uint8Array.of(1, 2, 3);
  const reader = new FrameReader();
  assertEquals(reader.skip(expected), undefined);
  reader.push(Uint8Array.of(1, 2));
  assertEquals(reader.skip(expected), undefined);
  reader.push(Uint8Array.of(3, 4));
  assertEquals(reader.skip(expected), true);
  assertEquals(reader.skip(expected), false);
});

Deno.test("padding and priority are taken off, and too much of them is refused", () => {
  function read(type: number, flags: number, payload: number[]): number[] {
    return [...readFramePayload({ type, flags, streamId: 1, payload: Uint8Array.from(payload) })];
  }
  assertEquals(read(FRAME.DATA, 0, [2, 7]), [2, 7]);
  assertEquals(read(FRAME.DATA, FLAG.PADDED, [2, 7, 0, 0]), [7]);
  assertEquals(read(FRAME.DATA, FLAG.PADDED, [0]), []);
  assertEquals(read(FRAME.HEADERS, FLAG.PRIORITY, [0, 0, 0, 1, 16, 0x88]), [0x88]);
  assertEquals(read(FRAME.HEADERS, FLAG.PRIORITY | FLAG.PADDED, [1, 0, 0, 0, 1, 16, 5, 0]), [5]);
  for (
    const [flags, payload] of [
      [FLAG.PADDED, []],
      [FLAG.PADDED, [1]],
      [FLAG.PADDED, [3, 0, 0]],
      [FLAG.PRIORITY, [0, 0, 0, 1]],
      [FLAG.PRIORITY | FLAG.PADDED, [1, 0, 0, 0, 1, 16]],
    ] as const
  ) {
    assertThrows(() => read(FRAME.HEADERS, flags, [...payload]), Http2Error);
  }
});
