import { assertEquals, assertThrows } from "@std/assert";
import { HTTP2_ERROR, Http2Error } from "../../../src/wire/http2/http2_error.ts";
import { readRequestHeaders } from "../../../src/wire/http2/read_request_headers.ts";
import { readSettings } from "../../../src/wire/http2/read_settings.ts";

function read(lines: string[]): Record<string, string> {
  const fields = lines.map((line) => {
    const [, name, value] = /^(:?[^:]*): ?([^]*)$/.exec(line) as RegExpExecArray;
    return { name, value };
  });
  return Object.fromEntries(readRequestHeaders(fields, 7));
}

const GOOD = [":method: POST", ":scheme: http", ":path: /p.S/M"];

Deno.test("headers are read by name, several of one name joined", () => {
  assertEquals(read([...GOOD, ":authority: x", "te: trailers", "a: 1", "b: 2", "a: 3"]), {
    ":method": "POST",
    ":scheme": "http",
    ":path": "/p.S/M",
    ":authority": "x",
    te: "trailers",
    a: "1, 3",
    b: "2",
  });
});

Deno.test("a malformed request costs its stream", () => {
  for (
    const lines of [
      GOOD.slice(1),
      [GOOD[0], GOOD[2]],
      GOOD.slice(0, 2),
      [...GOOD.slice(0, 2), ":path: "],
      [...GOOD, ":method: POST"],
      [...GOOD, ":status: 200"],
      ["a: 1", ...GOOD],
      [...GOOD, "A: 1"],
      [...GOOD, ": 1"],
      [...GOOD, "a b: 1"],
      [...GOOD, "connection: close"],
      [...GOOD, "transfer-encoding: chunked"],
      [...GOOD, "te: gzip"],
      [...GOOD, "a: 1\r\nb: 2"],
      [...GOOD, "a: \0"],
    ]
  ) {
    const error = assertThrows(() => read(lines), Http2Error, undefined, lines.join("; "));
    assertEquals([error.code, error.streamId], [HTTP2_ERROR.PROTOCOL_ERROR, 7]);
  }
});

Deno.test("settings are read, unknown ones too, and values that may not be are refused", () => {
  const settings = readSettings(Uint8Array.of(0, 4, 0x7f, 255, 255, 255, 0xab, 0xcd, 0, 0, 0, 1));
  assertEquals([...settings], [[4, 0x7fffffff], [0xabcd, 1]]);
  for (
    const [payload, code] of [
      [[0, 4, 0x80, 0, 0, 0], HTTP2_ERROR.FLOW_CONTROL_ERROR],
      [[0, 2, 0, 0, 0, 2], HTTP2_ERROR.PROTOCOL_ERROR],
      [[0, 5, 0, 0, 0x3f, 255], HTTP2_ERROR.PROTOCOL_ERROR],
      [[0, 5, 1, 0, 0, 0], HTTP2_ERROR.PROTOCOL_ERROR],
      [[0, 4, 0, 0, 0], HTTP2_ERROR.FRAME_SIZE_ERROR],
    ] as const
  ) {
    const error = assertThrows(() => readSettings(Uint8Array.from(payload)), Http2Error);
    assertEquals(error.code, code);
  }
});
