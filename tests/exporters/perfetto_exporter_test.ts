import { assert, assertEquals } from "@std/assert";
import { PerfettoExporter } from "../../src/exporters/perfetto_exporter.ts";
import type { Span } from "../../src/model/span.ts";
import { ProtobufReader } from "../../src/wire/protobuf/protobuf_reader.ts";
import { exportTo, exportWith } from "./_export_all.ts";
import { BASE_NANO, manySpans, oddSpans, sampleSpan } from "./sample_spans.ts";

interface Packet {
  at: bigint;
  flags: number;
  /** 1 begin, 2 end, 3 instant. */
  type?: number;
  track?: bigint;
  name?: string;
  /** Of a descriptor: its track, and the name of the process or thread. */
  uuid?: bigint;
  title?: string;
}

/** What the tests look at of the packets of a file. */
function readPackets(bytes: Uint8Array): Packet[] {
  const names = new Map<number, string>();
  const packets: Packet[] = [];
  each(new ProtobufReader(bytes), () => {
    const packet: Packet = { at: 0n, flags: 0 };
    let iid: number | undefined;
    inside(reader, () => {
      if (reader.field === 8) packet.at = reader.readInt64();
      else if (reader.field === 13) packet.flags = reader.readInt32();
      else if (reader.field === 11) {
        inside(reader, () => {
          if (reader.field === 9) packet.type = reader.readInt32();
          else if (reader.field === 11) packet.track = reader.readInt64();
          else if (reader.field === 10) iid = reader.readInt32();
          else if (reader.field === 23) packet.name = reader.readString();
          else reader.skip();
        });
      } else if (reader.field === 12) {
        inside(reader, () => {
          if (reader.field === 2) inside(reader, () => readName(names, reader));
          else reader.skip();
        });
      } else if (reader.field === 60) {
        inside(reader, () => {
          if (reader.field === 1) packet.uuid = reader.readInt64();
          else if (reader.field === 3 || reader.field === 4) {
            const nameField = reader.field === 3 ? 6 : 5;
            inside(reader, () => {
              if (reader.field === nameField) packet.title = reader.readString();
              else reader.skip();
            });
          } else reader.skip();
        });
      } else reader.skip();
    });
    if ((packet.flags & 1) !== 0) names.clear();
    packet.name ??= iid === undefined ? undefined : names.get(iid);
    packets.push(packet);
  });
  return packets;
}

let reader: ProtobufReader;
let pendingIid = 0;

function each(top: ProtobufReader, read: () => void): void {
  reader = top;
  while (reader.next()) read();
}

function inside(message: ProtobufReader, read: () => void): void {
  const outerEnd = message.enter();
  while (message.next()) read();
  message.leave(outerEnd);
}

function readName(names: Map<number, string>, message: ProtobufReader): void {
  if (message.field === 1) pendingIid = message.readInt32();
  else names.set(pendingIid, message.readString());
}

/** Pairs begins with ends by time, and in the order of the file at one moment, as readers do. */
function pair(packets: readonly Packet[]): { slices: [string, bigint, bigint][]; open: number } {
  const stacks = new Map<bigint, Packet[]>();
  const slices: [string, bigint, bigint][] = [];
  const events = packets.filter(({ type }) => type !== undefined)
    .toSorted((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
  for (const packet of events) {
    const stack = stacks.get(packet.track!) ?? [];
    stacks.set(packet.track!, stack);
    if (packet.type === 1) stack.push(packet);
    if (packet.type !== 2) continue;
    const begin = stack.pop()!;
    slices.push([begin.name!, begin.at, packet.at - begin.at]);
  }
  const open = [...stacks.values()].reduce((sum, { length }) => sum + length, 0);
  return { slices, open };
}

Deno.test("a span is a slice on a named thread of its service, to the nanosecond", async () => {
  const { bytes } = await exportTo("perfetto", [sampleSpan({ service: "shop" })]);
  const packets = readPackets(bytes);
  assertEquals(packets.filter(({ title }) => title).map(({ title }) => title), ["shop", "lane 1"]);
  assertEquals(pair(packets).slices, [["GET /users", BASE_NANO, 1_000_000n]]);
});

Deno.test("every span has a slice of its length, whatever touches or overlaps what", async () => {
  let seed = 11;
  function random(below: number): number {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  }
  for (let round = 0; round < 40; round++) {
    const spans: Span[] = Array.from({ length: 80 }, (_, index) => {
      const from = random(60);
      const start = BASE_NANO + BigInt(from);
      return sampleSpan({
        traceId: `t${random(4)}`,
        spanId: `s${index}`,
        name: `s${index}`,
        parentId: random(3) === 0 ? undefined : `s${random(80)}`,
        startTimeUnixNano: start,
        endTimeUnixNano: random(20) === 0 ? undefined : start + BigInt(random(30)),
        service: `v${random(2)}`,
      });
    });
    const exporter = new PerfettoExporter({ maxPendingSpans: round % 2 === 0 ? 20_000 : 7 });
    const { slices, open } = pair(readPackets((await exportWith(exporter, spans)).bytes));
    const ended = spans.filter(({ endTimeUnixNano }) => endTimeUnixNano !== undefined);
    assertEquals(open, spans.length - ended.length);
    assertEquals(
      slices.map(([name, , length]) => `${name} ${length}`).sort(),
      ended.map((span) => `${span.name} ${span.endTimeUnixNano! - span.startTimeUnixNano}`).sort(),
    );
  }
});

Deno.test("spans beyond all lanes have tracks of their own, so that each keeps its length", async () => {
  const spans = Array.from({ length: 2100 }, (_, index) =>
    sampleSpan({
      traceId: `${index}`,
      startTimeUnixNano: BASE_NANO + BigInt(index),
      endTimeUnixNano: BASE_NANO + 10_000n,
    }));
  const { bytes, exporter } = await exportTo("perfetto", spans);
  const packets = readPackets(bytes);
  assertEquals(exporter.changed, { crowded_lane: 52 });
  const lengths = pair(packets).slices.map(([, , length]) => Number(length)).sort((a, b) => a - b);
  assertEquals(lengths, Array.from({ length: 2100 }, (_, index) => 7901 + index));
  assertEquals(packets.filter(({ uuid }) => uuid !== undefined).length, 2101);
});

Deno.test("names are said again after readers were told to forget them", async () => {
  const spans = Array.from(manySpans(60_000), (span, index) => ({ ...span, name: `n${index}` }));
  const packets = readPackets((await exportTo("perfetto", spans)).bytes);
  assert(packets.filter(({ flags }) => (flags & 1) !== 0).length > 1);
  const { slices } = pair(packets);
  assertEquals(new Set(slices.map(([name]) => name)).size, spans.length);
});

Deno.test("no slice of an odd span has a negative length or a time before 1970", async () => {
  const { bytes, exporter } = await exportTo("perfetto", oddSpans());
  const packets = readPackets(bytes);
  for (const { at } of packets) assert(at >= 0n);
  for (const [, , length] of pair(packets).slices) assert(length >= 0n);
  // Two times of two spans.
  assertEquals(exporter.changed.time_out_of_range, 4);
  assertEquals(exporter.changed.negative_duration, 1);
});
