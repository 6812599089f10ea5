import { assert, assertEquals } from "@std/assert";
import { BodyMemory } from "../../src/receivers/body_memory.ts";
import { GrpcReceiver, type GrpcReceiverOptions } from "../../src/receivers/grpc_receiver.ts";
import { encodeHeaderBlock } from "../../src/wire/http2/encode_header_block.ts";
import { FLAG, FRAME, type Frame, SETTING } from "../../src/wire/http2/frame.ts";
import { FrameReader } from "../../src/wire/http2/frame_reader.ts";
import { HpackDecoder } from "../../src/wire/http2/hpack_decoder.ts";
import { HTTP2_ERROR } from "../../src/wire/http2/http2_error.ts";

interface Setup extends AsyncDisposable {
  readonly receiver: GrpcReceiver;
  readonly memory: BodyMemory;
  readonly taken: string[];
  readonly refused: string[];
}

/** A receiver whose one method answers what it got. */
async function listen(options: Partial<GrpcReceiverOptions> = {}): Promise<Setup> {
  const taken: string[] = [];
  const refused: string[] = [];
  const memory = new BodyMemory();
  const receiver = await GrpcReceiver.listen("127.0.0.1", 0, {
    methods: {
      "/p.S/Echo"(request): Uint8Array {
        taken.push(new TextDecoder().decode(request));
        return request.slice();
      },
    },
    memory,
    onRefused: (reason) => refused.push(reason),
    ...options,
  });
  return { receiver, memory, taken, refused, [Symbol.asyncDispose]: () => receiver.close() };
}

const PREFACE = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const REQUEST = [
  { name: ":method", value: "POST" },
  { name: ":scheme", value: "http" },
  { name: ":path", value: "/p.S/Echo" },
  { name: "content-type", value: "application/grpc" },
];
const HEAD = encodeHeaderBlock(REQUEST);

/** A frame of any kind; `streamId` may be what it may not. */
function frame(
  type: number,
  flags: number,
  streamId: number,
  payload: ArrayLike<number>,
): Uint8Array {
  const bytes = new Uint8Array(9 + payload.length);
  new DataView(bytes.buffer).setUint32(5, streamId);
  bytes.set([payload.length >> 16, payload.length >> 8, payload.length, type, flags]);
  bytes.set(payload, 9);
  return bytes;
}

function message(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return Uint8Array.of(0, 0, 0, bytes.length >> 8, bytes.length & 0xff, ...bytes);
}

/** One whole call: its HEADERS and its DATA, which ends it. */
function call(streamId: number, text = "hello"): Uint8Array[] {
  return [
    frame(FRAME.HEADERS, FLAG.END_HEADERS, streamId, HEAD),
    frame(FRAME.DATA, FLAG.END_STREAM, streamId, message(text)),
  ];
}

const SETTINGS = frame(FRAME.SETTINGS, 0, 0, []);

/** The client's end of a connection, which may do anything. */
class Peer implements Disposable {
  readonly #connection: Deno.Conn;
  readonly #reader = new FrameReader();
  readonly #hpack = new HpackDecoder();

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  static async connect(receiver: GrpcReceiver): Promise<Peer> {
    return new Peer(await Deno.connect({ hostname: "127.0.0.1", port: receiver.port }));
  }

  /** Connects, and has said what a connection begins with. */
  static async begin(receiver: GrpcReceiver, settings = SETTINGS): Promise<Peer> {
    const peer = await Peer.connect(receiver);
    await peer.send(PREFACE, settings);
    return peer;
  }

  /** Sends all at once; the other side may have closed already. */
  async send(...parts: Uint8Array[]): Promise<void> {
    const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    try {
      for (let from = 0; from < bytes.length;) {
        from += await this.#connection.write(bytes.subarray(from));
      }
    } catch {
      // It shows when something is read.
    }
  }

  /** The next frame; `undefined` when the connection has ended. */
  async next(): Promise<Frame | undefined> {
    for (;;) {
      const next = this.#reader.next();
      if (next !== undefined) return next;
      const count = await this.#connection.read(this.#reader.room()).catch(() => null);
      if (count === null) return undefined;
      this.#reader.fill(count);
    }
  }

  /** Reads up to a frame of a type. */
  async until(type: number): Promise<Frame> {
    for (;;) {
      const next = await this.next();
      if (next === undefined) {
        throw new Error(`The connection ended before a frame of type ${type}`);
      }
      if (next.type === type) return { ...next, payload: next.payload.slice() };
    }
  }

  /** The error code that ends a stream (`stream CODE`) or the connection (`connection CODE`). */
  async untilError(): Promise<string> {
    for (;;) {
      const next = await this.next();
      if (next === undefined) return "closed";
      const view = new DataView(next.payload.buffer, next.payload.byteOffset);
      if (next.type === FRAME.RST_STREAM) return `stream ${view.getUint32(0)}`;
      if (next.type === FRAME.GOAWAY) return `connection ${view.getUint32(4)}`;
    }
  }

  /** Reads up to the end of the next answer: its stream, its status, and what it brought. */
  async answer(): Promise<{ streamId: number; status: string; text: string }> {
    let text = "";
    for (;;) {
      const next = await this.next();
      if (next === undefined) throw new Error("The connection ended before the answer");
      if (next.type === FRAME.DATA) text += new TextDecoder().decode(next.payload);
      if (next.type !== FRAME.HEADERS) continue;
      const { fields } = this.#hpack.decode(next.payload);
      if ((next.flags & FLAG.END_STREAM) === 0) continue;
      const status = fields.find(({ name }) => name === "grpc-status" || name === ":status");
      return { streamId: next.streamId, status: status?.value ?? "", text: text.slice(5) };
    }
  }

  close(): void {
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // It is closed.
    }
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("a connection begins with the server's settings and windows", async () => {
  await using setup = await listen();
  using peer = await Peer.begin(setup.receiver);
  const settings = await peer.until(FRAME.SETTINGS);
  assertEquals([...settings.payload], [
    ...[0, SETTING.MAX_CONCURRENT_STREAMS, 0, 0, 0, 100],
    ...[0, SETTING.INITIAL_WINDOW_SIZE, 0, 16, 0, 0],
    ...[0, SETTING.MAX_FRAME_SIZE, 0, 0, 64, 0],
    ...[0, SETTING.MAX_HEADER_LIST_SIZE, 0, 0, 64, 0],
  ]);
  assertEquals([...(await peer.until(FRAME.WINDOW_UPDATE)).payload], [0, 15, 0, 1]);
  assertEquals((await peer.until(FRAME.SETTINGS)).flags, FLAG.ACK);
  await peer.send(frame(FRAME.PING, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]));
  const ping = await peer.until(FRAME.PING);
  assertEquals([ping.flags, ...ping.payload], [FLAG.ACK, 1, 2, 3, 4, 5, 6, 7, 8]);
});

Deno.test("calls are answered wherever their bytes are cut", async () => {
  await using setup = await listen();
  const parts = [PREFACE, SETTINGS, ...call(1, "one"), ...call(3, "two")];
  const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
  for (let cut = 1; cut < bytes.length; cut += 3) {
    using peer = await Peer.connect(setup.receiver);
    await peer.send(bytes.subarray(0, cut));
    await peer.send(bytes.subarray(cut));
    assertEquals(await peer.answer(), { streamId: 1, status: "0", text: "one" });
    assertEquals(await peer.answer(), { streamId: 3, status: "0", text: "two" });
  }
});

Deno.test("padding, priority, CONTINUATION, trailers and unknown frames are understood", async () => {
  await using setup = await listen();
  using peer = await Peer.begin(setup.receiver);
  const padded = FLAG.PADDED | FLAG.PRIORITY;
  await peer.send(
    frame(FRAME.PRIORITY, 0, 1, [0, 0, 0, 3, 1]),
    frame(FRAME.HEADERS, padded, 1, [2, 0, 0, 0, 0, 9, ...HEAD.subarray(0, 2), 0, 0]),
    frame(FRAME.CONTINUATION, 0, 1, HEAD.subarray(2, 7)),
    frame(FRAME.CONTINUATION, FLAG.END_HEADERS, 1, HEAD.subarray(7)),
    frame(0xfa, 0xff, 1, [1, 2, 3]),
    frame(FRAME.DATA, FLAG.PADDED, 1, [1, ...message("padded"), 0]),
    frame(
      FRAME.HEADERS,
      FLAG.END_HEADERS | FLAG.END_STREAM,
      1,
      encodeHeaderBlock([{ name: "x-end", value: "1" }]),
    ),
  );
  assertEquals(await peer.answer(), { streamId: 1, status: "0", text: "padded" });
});

Deno.test("what a peer does wrong costs the stream or the connection with the code of RFC 9113", async () => {
  await using setup = await listen();
  const { PROTOCOL_ERROR, FRAME_SIZE_ERROR, FLOW_CONTROL_ERROR, STREAM_CLOSED } = HTTP2_ERROR;
  const ends = FLAG.END_HEADERS | FLAG.END_STREAM;
  const open = frame(FRAME.HEADERS, FLAG.END_HEADERS, 1, HEAD);
  const said = encodeHeaderBlock([...REQUEST, { name: "content-length", value: "3" }]);
  const cases: [string, Uint8Array[], string][] = [
    ["DATA on no stream", [frame(FRAME.DATA, 0, 0, [1])], `connection ${PROTOCOL_ERROR}`],
    ["DATA before HEADERS", [frame(FRAME.DATA, 0, 1, [1])], `connection ${PROTOCOL_ERROR}`],
    ["an even stream", [frame(FRAME.HEADERS, ends, 2, HEAD)], `connection ${PROTOCOL_ERROR}`],
    ["HEADERS on no stream", [frame(FRAME.HEADERS, ends, 0, HEAD)], `connection ${PROTOCOL_ERROR}`],
    ["a push", [frame(FRAME.PUSH_PROMISE, 0, 1, [0, 0, 0, 2])], `connection ${PROTOCOL_ERROR}`],
    ["a lone CONTINUATION", [frame(FRAME.CONTINUATION, 4, 1, [])], `connection ${PROTOCOL_ERROR}`],
    [
      "an interrupted block",
      [frame(FRAME.HEADERS, 0, 1, HEAD), frame(FRAME.PING, 0, 0, new Uint8Array(8))],
      `connection ${PROTOCOL_ERROR}`,
    ],
    [
      "a long frame",
      [frame(FRAME.DATA, 0, 1, new Uint8Array(16_385))],
      `connection ${FRAME_SIZE_ERROR}`,
    ],
    ["a short PING", [frame(FRAME.PING, 0, 0, [1])], `connection ${FRAME_SIZE_ERROR}`],
    [
      "a PING on a stream",
      [frame(FRAME.PING, 0, 1, new Uint8Array(8))],
      `connection ${PROTOCOL_ERROR}`,
    ],
    ["a short GOAWAY", [frame(FRAME.GOAWAY, 0, 0, [1])], `connection ${FRAME_SIZE_ERROR}`],
    ["cut SETTINGS", [frame(FRAME.SETTINGS, 0, 0, [1])], `connection ${FRAME_SIZE_ERROR}`],
    ["SETTINGS on a stream", [frame(FRAME.SETTINGS, 0, 1, [])], `connection ${PROTOCOL_ERROR}`],
    [
      "a full ACK",
      [frame(FRAME.SETTINGS, FLAG.ACK, 0, [0, 3, 0, 0, 0, 1])],
      `connection ${FRAME_SIZE_ERROR}`,
    ],
    [
      "a short RST_STREAM",
      [open, frame(FRAME.RST_STREAM, 0, 1, [1])],
      `connection ${FRAME_SIZE_ERROR}`,
    ],
    [
      "RST_STREAM before HEADERS",
      [frame(FRAME.RST_STREAM, 0, 1, [0, 0, 0, 8])],
      `connection ${PROTOCOL_ERROR}`,
    ],
    [
      "a short WINDOW_UPDATE",
      [frame(FRAME.WINDOW_UPDATE, 0, 0, [1])],
      `connection ${FRAME_SIZE_ERROR}`,
    ],
    [
      "a window of nothing",
      [frame(FRAME.WINDOW_UPDATE, 0, 0, [0, 0, 0, 0])],
      `connection ${PROTOCOL_ERROR}`,
    ],
    [
      "a stream's window of nothing",
      [open, frame(FRAME.WINDOW_UPDATE, 0, 1, [0, 0, 0, 0])],
      `stream ${PROTOCOL_ERROR}`,
    ],
    [
      "too large a window",
      [frame(FRAME.WINDOW_UPDATE, 0, 0, [0x7f, 255, 255, 255])],
      `connection ${FLOW_CONTROL_ERROR}`,
    ],
    [
      "too large a stream's window",
      [open, frame(FRAME.WINDOW_UPDATE, 0, 1, [0x7f, 255, 255, 255])],
      `stream ${FLOW_CONTROL_ERROR}`,
    ],
    [
      "a bad block",
      [frame(FRAME.HEADERS, ends, 1, [0x80])],
      `connection ${HTTP2_ERROR.COMPRESSION_ERROR}`,
    ],
    ["no path", [frame(FRAME.HEADERS, ends, 1, HEAD.subarray(0, 2))], `stream ${PROTOCOL_ERROR}`],
    [
      "trailers that do not end",
      [open, frame(FRAME.HEADERS, FLAG.END_HEADERS, 1, [])],
      `stream ${PROTOCOL_ERROR}`,
    ],
    ["a body that is too short", [frame(FRAME.HEADERS, ends, 1, said)], `stream ${PROTOCOL_ERROR}`],
    [
      "a body that is too long",
      [frame(FRAME.HEADERS, FLAG.END_HEADERS, 1, said), frame(FRAME.DATA, 0, 1, [0, 0, 0, 0])],
      `stream ${PROTOCOL_ERROR}`,
    ],
    ["DATA behind the end", [...call(1), frame(FRAME.DATA, 0, 1, [1])], `stream ${STREAM_CLOSED}`],
    ["HEADERS behind the end", [...call(1), open], `connection ${STREAM_CLOSED}`],
    [
      "streams out of order",
      [...call(5), frame(FRAME.HEADERS, ends, 3, HEAD)],
      `connection ${STREAM_CLOSED}`,
    ],
  ];
  for (const [what, frames, expected] of cases) {
    using peer = await Peer.begin(setup.receiver);
    await peer.send(...frames);
    assertEquals(await peer.untilError(), expected, what);
  }
  using wrong = await Peer.connect(setup.receiver);
  await wrong.send(PREFACE, frame(FRAME.PING, 0, 0, new Uint8Array(8)));
  assertEquals(await wrong.untilError(), `connection ${PROTOCOL_ERROR}`);
  using plain = await Peer.connect(setup.receiver);
  await plain.send(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  assertEquals(await plain.next(), undefined);
  using peer = await Peer.begin(setup.receiver);
  await peer.send(...call(1));
  assertEquals((await peer.answer()).status, "0");
  await until(() => setup.memory.usedBytes === 0);
});

Deno.test("a stream's error leaves the others alone", async () => {
  await using setup = await listen();
  using peer = await Peer.begin(setup.receiver);
  await peer.send(
    frame(FRAME.HEADERS, FLAG.END_HEADERS, 1, HEAD),
    frame(FRAME.WINDOW_UPDATE, 0, 1, [0, 0, 0, 0]),
    // What was under way may still come.
    frame(FRAME.DATA, FLAG.END_STREAM, 1, message("late")),
    ...call(3, "other"),
  );
  assertEquals(await peer.answer(), { streamId: 3, status: "0", text: "other" });
  assertEquals(setup.taken, ["other"]);
});

Deno.test("floods end the connection, and cost no memory", async () => {
  await using setup = await listen();
  const calm = `connection ${HTTP2_ERROR.ENHANCE_YOUR_CALM}`;
  const floods: Record<string, (index: number) => Uint8Array[]> = {
    "rapid reset": (index) => [
      frame(FRAME.HEADERS, FLAG.END_HEADERS, index * 2 + 1, HEAD),
      frame(FRAME.RST_STREAM, 0, index * 2 + 1, [0, 0, 0, 8]),
    ],
    "resets that the server is made to send": (index) => [
      frame(FRAME.HEADERS, FLAG.END_HEADERS, index * 2 + 1, HEAD),
      frame(FRAME.WINDOW_UPDATE, 0, index * 2 + 1, [0, 0, 0, 0]),
    ],
    "too many streams": (index) => [frame(FRAME.HEADERS, FLAG.END_HEADERS, index * 2 + 1, HEAD)],
    pings: () => [frame(FRAME.PING, 0, 0, new Uint8Array(8))],
    settings: () => [SETTINGS],
    "empty data": (index) => [
      ...(index === 0 ? [frame(FRAME.HEADERS, FLAG.END_HEADERS, 1, HEAD)] : []),
      frame(FRAME.DATA, 0, 1, []),
    ],
    "unknown frames": () => [frame(0xee, 0, 0, [])],
    "empty continuations": (index) => [
      frame(index === 0 ? FRAME.HEADERS : FRAME.CONTINUATION, 0, 1, []),
    ],
    "a header block without an end": (index) => [
      frame(index === 0 ? FRAME.HEADERS : FRAME.CONTINUATION, 0, 1, new Uint8Array(10_000)),
    ],
  };
  for (const [what, flood] of Object.entries(floods)) {
    using peer = await Peer.begin(setup.receiver);
    const sending = (async () => {
      for (let index = 0; index < 2000; index++) await peer.send(...flood(index));
    })();
    let error = await peer.untilError();
    while (error.startsWith("stream")) error = await peer.untilError();
    assertEquals(error, calm, what);
    peer.close();
    await sending;
  }
  await until(() => setup.memory.usedBytes === 0);
});

Deno.test("calls that are answered make up for pings", async () => {
  await using setup = await listen();
  using peer = await Peer.begin(setup.receiver);
  for (let index = 0; index < 2000; index++) {
    await peer.send(...call(index * 2 + 1), frame(FRAME.PING, 0, 0, new Uint8Array(8)));
    assertEquals((await peer.answer()).status, "0");
  }
});

Deno.test("headers that are too long are refused in words, and the next call works", async () => {
  await using setup = await listen();
  using peer = await Peer.begin(setup.receiver);
  const long = { name: "x", value: "y".repeat(16_300) };
  await peer.send(
    frame(
      FRAME.HEADERS,
      FLAG.END_HEADERS | FLAG.END_STREAM,
      1,
      encodeHeaderBlock([...REQUEST, long]),
    ),
    ...call(3),
  );
  assertEquals((await peer.answer()).status, "8");
  assertEquals((await peer.answer()).status, "0");
  assertEquals(setup.refused, ["long_headers"]);
});

Deno.test("an answer waits for room in the peer's windows, and comes in parts", async () => {
  await using setup = await listen();
  const closed = frame(FRAME.SETTINGS, 0, 0, [0, SETTING.INITIAL_WINDOW_SIZE, 0, 0, 0, 0]);
  using peer = await Peer.begin(setup.receiver, closed);
  await peer.send(...call(1, "hello"));
  assertEquals((await peer.until(FRAME.HEADERS)).flags, FLAG.END_HEADERS);
  await peer.send(frame(FRAME.WINDOW_UPDATE, 0, 1, [0, 0, 0, 6]));
  assertEquals((await peer.until(FRAME.DATA)).payload.length, 6);
  const opened = frame(FRAME.SETTINGS, 0, 0, [0, SETTING.INITIAL_WINDOW_SIZE, 0, 0, 0, 100]);
  await peer.send(opened);
  assertEquals(new TextDecoder().decode((await peer.until(FRAME.DATA)).payload), "ello");
  assertEquals((await peer.until(FRAME.HEADERS)).flags, FLAG.END_HEADERS | FLAG.END_STREAM);
});

Deno.test("who keeps a window shut, sends no request or none to its end is given up", async () => {
  await using setup = await listen({ headMs: 20, idleMs: 20, messageTimeoutMs: 20 });
  const closed = frame(FRAME.SETTINGS, 0, 0, [0, SETTING.INITIAL_WINDOW_SIZE, 0, 0, 0, 0]);
  using shut = await Peer.begin(setup.receiver, closed);
  await shut.send(...call(1));
  using slow = await Peer.begin(setup.receiver);
  await slow.send(frame(FRAME.HEADERS, FLAG.END_HEADERS, 1, HEAD), frame(FRAME.DATA, 0, 1, [0, 0]));
  using idle = await Peer.begin(setup.receiver);
  using silent = await Peer.connect(setup.receiver);
  using cut = await Peer.begin(setup.receiver);
  await cut.send(frame(FRAME.HEADERS, 0, 1, HEAD));
  assertEquals(await shut.untilError(), `stream ${HTTP2_ERROR.CANCEL}`);
  assertEquals((await slow.answer()).status, "4");
  assertEquals(await slow.untilError(), `stream ${HTTP2_ERROR.NO_ERROR}`);
  assertEquals(await idle.untilError(), `connection ${HTTP2_ERROR.NO_ERROR}`);
  assertEquals(await silent.untilError(), "closed");
  assertEquals(await cut.untilError(), "closed");
  assertEquals(setup.memory.usedBytes, 0);
});

Deno.test("a sender of more than a window is told in time that there is room, also of what is refused", async () => {
  await using setup = await listen();
  // Of calls that are refused nothing is kept, but their windows count.
  const head = encodeHeaderBlock(
    REQUEST.map((field) => field.name === ":path" ? { ...field, value: "/other" } : field),
  );
  using peer = await Peer.begin(setup.receiver);
  await peer.send(frame(FRAME.HEADERS, FLAG.END_HEADERS, 1, head));
  // By stream; 0 is the connection.
  const room = [65_535, 1024 * 1024];
  for (let index = 0; index < 200; index++) {
    while (Math.min(...room) < 16_000) {
      const { streamId, payload } = await peer.until(FRAME.WINDOW_UPDATE);
      room[streamId] += new DataView(payload.buffer).getUint32(0);
    }
    await peer.send(frame(FRAME.DATA, 0, 1, new Uint8Array(16_000)));
    room[0] -= 16_000;
    room[1] -= 16_000;
  }
  await peer.send(...call(3));
  assertEquals(await peer.answer(), { streamId: 3, status: "0", text: "hello" });
  assertEquals(setup.refused, ["not_found"]);
});

Deno.test("closing tells peers, answers what is under way, and refuses what comes then", async () => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => release = resolve);
  let isAsked = false;
  await using setup = await listen({
    backPressure: () => {
      isAsked = true;
      return held;
    },
  });
  using peer = await Peer.begin(setup.receiver);
  await peer.send(...call(1, "held"));
  await until(() => isAsked);
  const closing = setup.receiver.close();
  const goAway = await peer.until(FRAME.GOAWAY);
  assertEquals([...goAway.payload], [0, 0, 0, 1, 0, 0, 0, HTTP2_ERROR.NO_ERROR]);
  await peer.send(...call(3, "late"));
  assertEquals(await peer.untilError(), `stream ${HTTP2_ERROR.REFUSED_STREAM}`);
  release();
  assertEquals(await peer.answer(), { streamId: 1, status: "0", text: "held" });
  await closing;
  assertEquals(setup.taken, ["held"]);
});

Deno.test("a client may leave after any byte of a call", async () => {
  await using setup = await listen();
  const bytes = Uint8Array.from([PREFACE, SETTINGS, ...call(1)].flatMap((part) => [...part]));
  for (let end = 0; end <= bytes.length; end++) {
    using peer = await Peer.connect(setup.receiver);
    await peer.send(bytes.subarray(0, end));
  }
  using peer = await Peer.begin(setup.receiver);
  await peer.send(...call(1, "last"));
  assertEquals((await peer.answer()).text, "last");
  await until(() => setup.memory.usedBytes === 0);
});

Deno.test("5,000 clients that call and leave are all served", async () => {
  await using setup = await listen();
  const bytes = Uint8Array.from([PREFACE, SETTINGS, ...call(1)].flatMap((part) => [...part]));
  for (let round = 0; round < 5000; round++) {
    using peer = await Peer.connect(setup.receiver);
    await peer.send(bytes);
    assertEquals((await peer.answer()).status, "0");
  }
  assertEquals(setup.taken.length, 5000);
});

Deno.test("who does not read answers is not read from, and given up", {
  // There, a socket stays open for its peer while a write to it is under way.
  ignore: Deno.version.deno.startsWith("2.4."),
}, async () => {
  await using setup = await listen({ headMs: 50 });
  const open = frame(FRAME.SETTINGS, 0, 0, [0, SETTING.INITIAL_WINDOW_SIZE, 0x7f, 255, 255, 255]);
  using peer = await Peer.begin(setup.receiver, open);
  await peer.send(frame(FRAME.WINDOW_UPDATE, 0, 0, [0x7f, 0, 0, 0]));
  const text = "x".repeat(15_000);
  // A hundred megabytes: more than the kernel keeps.
  for (let index = 0; index < 7000; index++) await peer.send(...call(index * 2 + 1, text));
  while (await peer.next() !== undefined);
  assert(setup.taken.length < 7000, "all was taken");
  await until(() => setup.memory.usedBytes === 0);
});

Deno.test("whatever frames come, the next connection is served", async () => {
  await using setup = await listen();
  let seed = 5;
  function random(below: number): number {
    seed = Math.imul(seed, 1664525) + 1013904223 | 0;
    return (seed >>> 8) % below;
  }
  for (let round = 0; round < 300; round++) {
    using peer = await Peer.begin(setup.receiver);
    const frames = Array.from(
      { length: 1 + random(12) },
      () =>
        random(3) === 0
          ? frame(FRAME.HEADERS, FLAG.END_HEADERS | random(2), 1 + 2 * random(4), HEAD)
          : frame(
            random(11),
            random(256),
            random(6),
            Array.from({ length: random(20) }, () => random(256)),
          ),
    );
    await peer.send(...frames);
    if (random(2) === 0) await peer.until(FRAME.SETTINGS);
  }
  using peer = await Peer.begin(setup.receiver);
  await peer.send(...call(1, "last"));
  assertEquals((await peer.answer()).text, "last");
  await until(() => setup.memory.usedBytes === 0);
});
