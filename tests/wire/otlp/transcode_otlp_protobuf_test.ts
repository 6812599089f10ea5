import { assert, assertEquals, assertThrows } from "@std/assert";
import { DecodeError } from "../../../src/wire/decode_error.ts";
import { encodeOtlpProtobuf } from "../../../src/wire/otlp/encode_otlp.ts";
import { transcodeOtlpProtobuf } from "../../../src/wire/otlp/transcode_otlp_protobuf.ts";
import { ProtobufWriter } from "../../../src/wire/protobuf/protobuf_writer.ts";
import { decodeSpanLine } from "../../../src/wire/span_line/decode_span_line.ts";
import { encodeSpanLine } from "../../../src/wire/span_line/encode_span_line.ts";
import { backwards } from "./_backwards.ts";
import { CollectedLines } from "./_collected_lines.ts";
import { generateSpans } from "./_generated_spans.ts";

type Write = (writer: ProtobufWriter) => void;

const TRACE_ID = new Uint8Array(16).fill(0xab);
const SPAN_ID = new Uint8Array(8).fill(0xcd);
const IDS = `{"id":"${"cd".repeat(8)}","trace_id":"${"ab".repeat(16)}"`;

function inside(writer: ProtobufWriter, field: number, write: Write): void {
  const at = writer.begin(field);
  write(writer);
  writer.end(at);
}

/** A request of one scope that holds the spans. */
function requestOf(...spans: Write[]): Uint8Array {
  const writer = new ProtobufWriter();
  inside(writer, 1, (writer) => {
    inside(writer, 2, (writer) => {
      for (const span of spans) inside(writer, 2, span);
    });
  });
  return writer.finish();
}

/** A span that has what it needs, and more. */
function spanWith(more: Write = () => {}): Write {
  return (writer) => {
    writer.writeBytes(1, TRACE_ID);
    writer.writeBytes(2, SPAN_ID);
    writer.writeFixed64(7, 1n);
    writer.writeFixed64(8, 2n);
    more(writer);
  };
}

function spanWithIds(traceId: Uint8Array, spanId: Uint8Array, parentId: Uint8Array): Write {
  return (writer) => {
    writer.writeBytes(1, traceId);
    writer.writeBytes(2, spanId);
    writer.writeBytes(4, parentId);
  };
}

/** An attribute `a` of a span, whose `AnyValue` is written by a function. */
function attribute(write: Write, key = "a"): Write {
  return (writer) =>
    inside(writer, 9, (writer) => {
      writer.writeString(1, key);
      inside(writer, 2, write);
    });
}

/** A value inside so many lists. */
function nested(depth: number): Uint8Array {
  let value: Uint8Array = new Uint8Array([0x10, 1]);
  for (let left = depth; left > 0; left--) {
    const inner = value;
    const writer = new ProtobufWriter();
    inside(writer, 5, (writer) => writer.writeBytes(1, inner));
    value = writer.finish();
  }
  return value;
}

function linesOf(request: Uint8Array): string[] {
  const sink = new CollectedLines();
  transcodeOtlpProtobuf(request, sink);
  return sink.lines;
}

/** The one line of a request with the span, without what every span has. */
function restOf(span: Write): string {
  const [line] = linesOf(requestOf(span));
  assert(line.startsWith(IDS), line);
  return line.slice(line.indexOf(',"end_time"'));
}

Deno.test("spans become the lines that encodeSpanLine writes for them, whatever they hold", () => {
  for (let seed = 0; seed < 40; seed++) {
    const spans = generateSpans(50, seed).filter(({ state }) => state === "ended");
    const sink = new CollectedLines();
    const result = transcodeOtlpProtobuf(encodeOtlpProtobuf(spans), sink);
    assertEquals(result, { accepted: spans.length, unfinished: 0, rejected: {} });
    // The encoder gathers spans by resource and scope.
    assertEquals(sink.lines.sort(), spans.map((span) => encodeSpanLine(span)).sort());
  }
});

Deno.test("fields that come from the last to the first, as the Collector writes them, give the same lines", () => {
  for (let seed = 0; seed < 40; seed++) {
    const request = encodeOtlpProtobuf(generateSpans(50, seed));
    assertEquals(linesOf(backwards(request)), linesOf(request));
  }
  const usual = requestOf(spanWith((writer) => {
    attribute((writer) => writer.writeString(1, "x".repeat(200)), "text")(writer);
    attribute((writer) => writer.writeString(1, "x".repeat(20_000)), "long")(writer);
    attribute((writer) => writer.writeInt32(3, 1), "k".repeat(200))(writer);
    attribute(() => {}, "empty")(writer);
    attribute((writer) => writer.writeInt32(3, 1), "")(writer);
    attribute((writer) => writer.writeInt32(3, 1), "0")(writer);
    attribute((writer) => writer.writeBool(2, true), "text")(writer);
  }));
  assertEquals(linesOf(backwards(usual)), linesOf(usual));
});

Deno.test("a value may lack its key, a key its value, on either side", () => {
  const rest = restOf(spanWith((writer) => {
    inside(writer, 9, (writer) => inside(writer, 2, (writer) => writer.writeInt32(3, 1)));
    inside(writer, 9, (writer) => writer.writeString(1, "key"));
    inside(writer, 9, (writer) => {
      inside(writer, 2, (writer) => writer.writeInt32(3, 1));
      writer.writeString(1, "b");
      inside(writer, 2, (writer) => writer.writeInt32(3, 2));
    });
    inside(writer, 9, () => {});
  }));
  assert(rest.includes('"attrs":{"":"","key":"","b":2}'), rest);
});

Deno.test("lines read back and written anew are the same", () => {
  const lines = linesOf(encodeOtlpProtobuf(generateSpans(200, 99)));
  assertEquals(lines.length, 200);
  for (const line of lines) assertEquals(encodeSpanLine(decodeSpanLine(line)), line);
});

Deno.test("a span without an end runs", () => {
  const sink = new CollectedLines();
  const request = requestOf(
    (writer) => {
      writer.writeBytes(1, TRACE_ID);
      writer.writeBytes(2, SPAN_ID);
      writer.writeFixed64(7, 1_773_223_200_123_456_789n);
      attribute((writer) => writer.writeInt32(3, 7))(writer);
    },
    spanWith(),
  );
  const result = transcodeOtlpProtobuf(request, sink);
  assertEquals(result, { accepted: 2, unfinished: 1, rejected: {} });
  assertEquals(sink.unfinishedCount, 1);
  assertEquals(
    sink.lines[0],
    `${IDS},"name":"","kind":"internal","start_time":"2026-03-11T10:00:00.123456789Z",` +
      '"attrs":{"a":7},"running":true}\n',
  );
});

Deno.test("a span that was sent on without an end has none again", () => {
  const spans = generateSpans(300, 9).filter((span) => span.state === "running");
  assert(spans.length > 10);
  const sink = new CollectedLines();
  for (const span of spans) {
    transcodeOtlpProtobuf(encodeOtlpProtobuf([span]), sink);
    transcodeOtlpProtobuf(encodeOtlpProtobuf([{ ...span, state: "unfinished" }]), sink);
  }
  assertEquals(sink.unfinishedCount, spans.length * 2);
  assertEquals(
    sink.lines,
    spans.map((span) => encodeSpanLine(span)).flatMap((line) => [line, line]),
  );
  // Nobody made this end up.
  const short = restOf((writer) => {
    spanWithIds(TRACE_ID, SPAN_ID, new Uint8Array())(writer);
    writer.writeFixed64(7, 5n);
    writer.writeFixed64(8, 5n);
    attribute((writer) => writer.writeInt32(3, 7))(writer);
  });
  assert(short.includes('"end_time":"1970-01-01T00:00:00.000000005Z","attrs":{"a":7}'), short);
});

Deno.test("a resource counts for all its scopes, wherever in the message it comes", () => {
  const writer = new ProtobufWriter();
  inside(writer, 1, (writer) => {
    inside(writer, 2, (writer) => {
      inside(writer, 2, spanWith());
      inside(writer, 1, (writer) => writer.writeString(1, "late"));
    });
    inside(writer, 1, (writer) => {
      inside(writer, 1, (writer) => {
        writer.writeString(1, "service.name");
        inside(writer, 2, (writer) => writer.writeString(1, "shop"));
      });
    });
    inside(writer, 2, (writer) => inside(writer, 2, spanWith()));
  });
  const lines = linesOf(writer.finish());
  const resource = ',"resource":{"service.name":"shop"}';
  assert(lines[0].endsWith(`${resource},"scope":{"name":"late"}}\n`), lines[0]);
  assert(lines[1].endsWith(`${resource}}\n`), lines[1]);
});

Deno.test("unspecified kinds are internal and unknown ones keep their number", () => {
  const kinds = [0, 1, 5, 6, -1].map((kind) =>
    decodeSpanLine(linesOf(requestOf(spanWith((writer) => writer.writeInt32(6, kind))))[0]).kind
  );
  assertEquals(kinds, ["internal", "internal", "consumer", 6, -1]);
});

Deno.test("of several attributes with one key the last one counts", () => {
  const [one, two] = [1, 2].map((value) => attribute((writer) => writer.writeInt32(3, value)));
  const other = attribute((writer) => writer.writeInt32(3, 3), "b");
  const rest = restOf(spanWith((writer) => [one, other, two].forEach((write) => write(writer))));
  assert(rest.includes('"attrs":{"a":2,"b":3}'), rest);
});

Deno.test("an empty value is an empty text, and of several values the last one counts", () => {
  const empty = restOf(spanWith(attribute(() => {})));
  assert(empty.includes('"attrs":{"a":""}'), empty);
  const twice = restOf(spanWith(attribute((writer) => {
    writer.writeString(1, "no");
    writer.writeInt32(3, 5);
  })));
  assert(twice.includes('"attrs":{"a":5}'), twice);
  const inList = restOf(spanWith(attribute((writer) =>
    inside(writer, 5, (writer) => {
      writer.writeBytes(1, new Uint8Array());
      writer.writeBytes(1, new Uint8Array([0x10, 0]));
    })
  )));
  assert(inList.includes('"attrs":{"a":["",false]}'), inList);
});

Deno.test("a value that comes in parts is their union", () => {
  const list = restOf(spanWith(attribute((writer) => {
    for (const item of [1, 2]) {
      inside(writer, 5, (writer) => inside(writer, 1, (writer) => writer.writeInt32(3, item)));
    }
  })));
  assert(list.includes('"attrs":{"a":[1,2]}'), list);
  const parts = restOf(spanWith((writer) =>
    inside(writer, 9, (writer) => {
      writer.writeString(1, "a");
      inside(writer, 2, (writer) => writer.writeInt32(3, 7));
      inside(writer, 2, () => {});
    })
  ));
  assert(parts.includes('"attrs":{"a":7}'), parts);
});

Deno.test("unknown fields are passed over, also between attributes", () => {
  const rest = restOf(spanWith((writer) => {
    attribute((writer) => writer.writeInt32(3, 1), "a")(writer);
    writer.writeString(9999, "later");
    writer.writeFixed32(268_435_455, 1);
    attribute((writer) => {
      writer.writeInt32(3, 2);
      writer.writeInt64(8, 2n ** 60n);
    }, "b")(writer);
  }));
  assert(rest.includes('"attrs":{"a":1,"b":2}'), rest);
});

Deno.test("a span with bad ids is refused, the others are taken", () => {
  const none = new Uint8Array();
  const sink = new CollectedLines();
  const bad: [Uint8Array, Uint8Array, Uint8Array][] = [
    [TRACE_ID.subarray(1), SPAN_ID, none],
    [none, SPAN_ID, none],
    [new Uint8Array(16), SPAN_ID, none],
    [TRACE_ID, TRACE_ID, none],
    [TRACE_ID, new Uint8Array(8), none],
    [TRACE_ID, SPAN_ID, SPAN_ID.subarray(1)],
  ];
  const result = transcodeOtlpProtobuf(
    requestOf(...bad.map((ids) => spanWithIds(...ids)), spanWith()),
    sink,
  );
  assertEquals(result, {
    accepted: 1,
    unfinished: 0,
    rejected: { invalid_id: bad.length },
    firstProblem: `The trace id of a span is "${"ab".repeat(15)}" (15 bytes), ` +
      "expected 16 bytes that are not all zero",
  });
  assertEquals(sink.lines.length, 1);
});

Deno.test("a parent of zeros is none, and a link may lead nowhere", () => {
  const [line] = linesOf(requestOf((writer) => {
    spanWithIds(TRACE_ID, SPAN_ID, new Uint8Array(8))(writer);
    inside(writer, 13, (writer) => writer.writeBytes(1, new Uint8Array(16)));
  }));
  const span = decodeSpanLine(line);
  assertEquals(span.parentId, undefined);
  assertEquals(span.links?.map(({ traceId, spanId }) => [traceId, spanId]), [["0".repeat(32), ""]]);
});

Deno.test("text that is no UTF-8 costs its own span only, or those that share it", () => {
  const bad = new Uint8Array([0x61, 0xff]);
  const cases: Write[] = [
    (writer) => writer.writeBytes(5, bad),
    (writer) => writer.writeBytes(3, bad),
    attribute((writer) => writer.writeBytes(1, bad)),
    attribute((writer) =>
      inside(writer, 5, (writer) => inside(writer, 1, (w) => w.writeBytes(1, bad)))
    ),
    (writer) => inside(writer, 9, (writer) => writer.writeBytes(1, bad)),
    (writer) => inside(writer, 11, (writer) => writer.writeBytes(2, bad)),
    (writer) =>
      inside(writer, 15, (writer) => {
        writer.writeInt32(3, 2);
        writer.writeBytes(2, bad);
      }),
  ];
  const sink = new CollectedLines();
  const result = transcodeOtlpProtobuf(requestOf(...cases.map(spanWith), spanWith()), sink);
  assertEquals(result.rejected, { invalid_utf8: cases.length });
  assertEquals(sink.lines.length, 1);

  const writer = new ProtobufWriter();
  for (const name of [bad, SPAN_ID.subarray(0, 0)]) {
    inside(writer, 1, (writer) =>
      inside(writer, 2, (writer) => {
        inside(writer, 1, (writer) => writer.writeBytes(1, name));
        inside(writer, 2, spanWith());
        inside(writer, 2, spanWith());
      }));
  }
  const shared = transcodeOtlpProtobuf(writer.finish(), new CollectedLines());
  assertEquals([shared.accepted, shared.rejected], [2, { invalid_utf8: 2 }]);
});

Deno.test("a hundred lists in each other are written, a span with more of them is refused", () => {
  const [line] = linesOf(
    requestOf(spanWith((w) => inside(w, 9, (w) => w.writeBytes(2, nested(100))))),
  );
  assert(line.includes("[".repeat(100) + "true" + "]".repeat(100)), line);
  for (const depth of [101, 3000]) {
    const result = transcodeOtlpProtobuf(
      requestOf(spanWith((w) => inside(w, 9, (w) => w.writeBytes(2, nested(depth)))), spanWith()),
      new CollectedLines(),
    );
    assertEquals([result.accepted, result.rejected], [1, { too_deep: 1 }]);
  }
});

Deno.test("a span whose line gets too long is refused, to the byte", () => {
  const request = requestOf(
    spanWith((writer) => writer.writeString(5, "ü\n".repeat(5000))),
    spanWith(),
  );
  const [long] = linesOf(request);
  const bytes = new TextEncoder().encode(long).length;
  for (const [maxLineBytes, accepted] of [[bytes, 2], [bytes - 1, 1]]) {
    const sink = new CollectedLines();
    const result = transcodeOtlpProtobuf(request, sink, { maxLineBytes });
    assertEquals(result.accepted, accepted);
    assertEquals(result.rejected, accepted === 2 ? {} : { too_long: 1 });
    assertEquals(sink.lines.length, accepted);
  }
  const huge = requestOf(spanWith((writer) => writer.writeString(5, "\0".repeat(4 * 1024 * 1024))));
  const result = transcodeOtlpProtobuf(huge, new CollectedLines());
  assertEquals(result.rejected, { too_long: 1 });
});

Deno.test("a resource is not repeated in more lines than a limit allows", () => {
  const writer = new ProtobufWriter();
  inside(writer, 1, (writer) => {
    inside(writer, 1, (writer) =>
      inside(writer, 1, (writer) => {
        writer.writeString(1, "a");
        inside(writer, 2, (writer) => writer.writeString(1, "x".repeat(1000)));
      }));
    inside(writer, 2, (writer) => {
      for (let count = 0; count < 5; count++) inside(writer, 2, spanWith());
    });
  });
  const sink = new CollectedLines();
  const result = transcodeOtlpProtobuf(writer.finish(), sink, { maxRepeatedBytes: 3500 });
  assertEquals(sink.lines.length, 3);
  assertEquals(result.accepted, 3);
  assertEquals(result.rejected, { too_long: 2 });
});

Deno.test("a message that is cut off anywhere is a DecodeError or has fewer spans, and nothing is written before one", () => {
  const request = encodeOtlpProtobuf(
    generateSpans(30, 3).filter(({ name }) => name.length < 1000).slice(0, 4)
      .map((span) => ({ ...span, resource: undefined })),
  );
  let errors = 0;
  for (let cut = 0; cut < request.length; cut++) {
    const sink = new CollectedLines();
    try {
      transcodeOtlpProtobuf(request.subarray(0, cut), sink);
    } catch (error) {
      assert(error instanceof DecodeError, String(error));
      assertEquals(sink.lines, []);
      errors++;
    }
  }
  // What is whole at its end is a request, too: one for each group of spans, and the empty one.
  assert(errors > request.length - 10, `${errors} of ${request.length}`);
});

Deno.test("a message with any one byte changed gives lines that can be read, or a DecodeError", () => {
  const [span] = generateSpans(20, 8).filter(({ events, links, name }) =>
    events !== undefined && links !== undefined && name.length < 200
  );
  const whole = encodeOtlpProtobuf([{ ...span, attributes: { a: [1n, { b: 1 }], c: "d" } }]);
  for (const request of [whole.slice(0, 3000), backwards(whole).slice(0, 3000)]) {
    for (let at = 0; at < request.length; at++) {
      for (const bit of [1, 8, 0x80]) {
        const changed = request.slice();
        changed[at] ^= bit;
        const sink = new CollectedLines();
        try {
          transcodeOtlpProtobuf(changed, sink);
        } catch (error) {
          assert(error instanceof DecodeError, String(error));
          assertEquals(sink.lines, []);
        }
        for (const line of sink.lines) assertEquals(encodeSpanLine(decodeSpanLine(line)), line);
      }
    }
  }
});

Deno.test("a field that is laid out otherwise than it should be breaks the message", () => {
  for (
    const bad of [
      spanWith((writer) => writer.writeString(6, "kind")),
      spanWith((writer) => writer.writeInt32(5, 1)),
      spanWith((writer) => writer.writeInt32(9, 1)),
      spanWith(attribute((writer) => writer.writeBytes(5, new Uint8Array([0x0a, 9])))),
    ]
  ) {
    const sink = new CollectedLines();
    assertThrows(() => transcodeOtlpProtobuf(requestOf(spanWith(), bad), sink), DecodeError);
    assertEquals(sink.lines, []);
  }
});
