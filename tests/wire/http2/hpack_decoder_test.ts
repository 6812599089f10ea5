import { assertEquals, assertThrows } from "@std/assert";
import { DecodeError } from "../../../src/wire/decode_error.ts";
import { encodeHeaderBlock } from "../../../src/wire/http2/encode_header_block.ts";
import { HpackDecoder, type HpackDecoderOptions } from "../../../src/wire/http2/hpack_decoder.ts";

function bytes(hex: string): Uint8Array {
  const digits = hex.replaceAll(/\s/g, "");
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) => {
    return parseInt(digits.slice(index * 2, index * 2 + 2), 16);
  });
}

/** Decodes blocks one after another; each as its lines `name: value`. */
function decodeAll(blocks: readonly string[], options?: HpackDecoderOptions): string[] {
  const decoder = new HpackDecoder(options);
  return blocks.map((block) =>
    decoder.decode(bytes(block)).fields.map(({ name, value }) => `${name}: ${value}`).join("\n")
  );
}

Deno.test("single fields are decoded as in RFC 7541, appendix C.2", () => {
  const cases = [
    [
      "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
      "custom-key: custom-header",
    ],
    ["040c 2f73 616d 706c 652f 7061 7468", ":path: /sample/path"],
    ["1008 7061 7373 776f 7264 0673 6563 7265 74", "password: secret"],
    ["82", ":method: GET"],
  ];
  for (const [hex, text] of cases) assertEquals(decodeAll([hex]), [text]);
});

const REQUESTS = [
  ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com",
  ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\ncache-control: no-cache",
  ":method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\n" +
  "custom-key: custom-value",
];

Deno.test("requests are decoded as in appendices C.3 and C.4, with Huffman's code and without", () => {
  const plain = [
    "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
    "8286 84be 5808 6e6f 2d63 6163 6865",
    "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
  ];
  const packed = [
    "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
    "8286 84be 5886 a8eb 1064 9cbf",
    "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
  ];
  assertEquals(decodeAll(plain), REQUESTS);
  assertEquals(decodeAll(packed), REQUESTS);
});

Deno.test("responses are decoded as in appendices C.5 and C.6, whose table loses entries", () => {
  const plain = [
    "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a " +
    "3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
    "4803 3330 37c1 c0bf",
    "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 " +
    "677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 " +
    "553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31",
  ];
  const packed = [
    "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e " +
    "919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
    "4883 640e ffc1 c0bf",
    "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 " +
    "821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed " +
    "4ee5 b106 3d50 07",
  ];
  const date = "date: Mon, 21 Oct 2013 20:13:21 GMT";
  const location = "location: https://www.example.com";
  const expected = [
    `:status: 302\ncache-control: private\n${date}\n${location}`,
    `:status: 307\ncache-control: private\n${date}\n${location}`,
    `:status: 200\ncache-control: private\n${date.replace(":21 ", ":22 ")}\n${location}\n` +
    "content-encoding: gzip\n" +
    "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
  ];
  assertEquals(decodeAll(plain, { maxTableBytes: 256 }), expected);
  assertEquals(decodeAll(packed, { maxTableBytes: 256 }), expected);
});

Deno.test("a table that is made smaller forgets, and one of size 0 keeps nothing", () => {
  const add = "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572";
  assertEquals(decodeAll([add, "be"])[1], "custom-key: custom-header");
  assertThrows(() => decodeAll([add, "20 be"]), DecodeError, "There is no field 62");
  assertThrows(() => decodeAll([`20 ${add}`, "be"]), DecodeError, "There is no field 62");
  assertEquals(decodeAll([`20 3f e1 1f ${add}`, "be"])[1], "custom-key: custom-header");
});

Deno.test("a bad block is told by a typed error", () => {
  const cases = [
    ["80", "There is no field 0"],
    ["be", "There is no field 62"],
    ["3f e2 1f", "4097 bytes"],
    ["82 20", "behind a field"],
    ["ff ff ff ff ff ff 01", "too large"],
    ["ff", "cut"],
    ["40", "cut"],
    ["40 05 61", "cut"],
    ["00 81 00 00", "Huffman code is cut"],
    ["00 81 fe 00", "Huffman code is cut"],
    ["00 82 ff ff 00", "Huffman code is cut"],
    ["00 84 ff ff ff ff 00", "none of the characters"],
  ];
  for (const [hex, words] of cases) assertThrows(() => decodeAll([hex]), DecodeError, words, hex);
});

Deno.test("a list that is too long is cut, and the blocks behind it are right", () => {
  const decoder = new HpackDecoder({ maxListBytes: 200 });
  const long = decoder.decode(bytes(
    "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572 be be be be be be",
  ));
  assertEquals([long.isTooLong, long.fields.length], [true, 3]);
  const next = decoder.decode(bytes("be"));
  assertEquals(next, {
    fields: [{ name: "custom-key", value: "custom-header" }],
    isTooLong: false,
  });
});

/** The same numbers on each run. */
function randomNumbers(seed: number): (below: number) => number {
  return (below) => {
    seed = Math.imul(seed, 1664525) + 1013904223 | 0;
    return (seed >>> 8) % below;
  };
}

Deno.test("whatever bytes come, the decoder gives fields or a typed error", () => {
  const random = randomNumbers(7);
  for (let round = 0; round < 5000; round++) {
    const decoder = new HpackDecoder();
    for (let block = 0; block < 3; block++) {
      const garbage = Uint8Array.from({ length: random(40) }, () => random(256));
      try {
        decoder.decode(garbage);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        break;
      }
    }
  }
});

Deno.test("what is encoded is decoded to the same fields", () => {
  const random = randomNumbers(11);
  const names = [":status", "content-type", "grpc-status", "x", "accept-encoding"];
  const decoder = new HpackDecoder();
  for (let round = 0; round < 500; round++) {
    const fields = Array.from({ length: random(6) }, () => ({
      name: names[random(names.length)],
      value: ["200", "gzip, deflate", "", String.fromCharCode(random(256)).repeat(random(400))][
        random(4)
      ],
    }));
    assertEquals(decoder.decode(encodeHeaderBlock(fields)).fields, fields);
  }
});
