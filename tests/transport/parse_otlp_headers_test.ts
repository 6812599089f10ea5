import { assertEquals } from "@std/assert";
import { parseOtlpHeaders } from "../../src/transport/parse_otlp_headers.ts";

function parse(text: string | undefined): Record<string, string> {
  return { ...parseOtlpHeaders(text) };
}

Deno.test("headers are pairs with commas between them, values percent-encoded", () => {
  assertEquals(parse(undefined), {});
  assertEquals(parse(""), {});
  assertEquals(parse(" Api-Key = a%2Cb , x=1=2,,y="), { "api-key": "a,b", x: "1=2", y: "" });
  assertEquals(parse("authorization=Bearer abc"), { authorization: "Bearer abc" });
});

Deno.test("what is no percent-encoding stays, and what no header holds is left out", () => {
  assertEquals(parse("a=100%,b c=1,=2,d=%0d%0aevil: 1,e=%F0%9F%9A%80,__proto__=1"), {
    a: "100%",
    ["__proto__"]: "1",
  });
});
