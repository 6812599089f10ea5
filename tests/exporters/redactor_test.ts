import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { parseRedactRule, Redactor } from "../../src/exporters/redactor.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import { decodeSpanBatch } from "../../src/wire/span_line/decode_span_batch.ts";
import { encodeSpanLine } from "../../src/wire/span_line/encode_span_line.ts";
import { BASE_NANO, richSpan, sampleSpan } from "./sample_spans.ts";

function redactor(...rules: string[]): Redactor {
  return new Redactor(rules.map(parseRedactRule), { salt: "salt" });
}

Deno.test("a rule is an action and a name with stars, whatever its case and its special characters", () => {
  const cases: [string, string, boolean][] = [
    ["remove:http.request.header.*", "http.request.header.cookie", true],
    ["remove:http.request.header.*", "HTTP.Request.Header.Cookie.x", true],
    ["remove:http.request.header.*", "httpxrequest.header.cookie", false],
    ["hash:*.email", "user.email", true],
    ["hash:*.email", "user.emails", false],
    ["hash:a[0]+(b)?", "a[0]+(b)?", true],
    ["remove:*", "any\nthing", true],
    ["hash:url:full", "url:full", true],
  ];
  for (const [rule, name, expected] of cases) {
    assertEquals(parseRedactRule(rule).pattern.test(name), expected, `${rule} ${name}`);
  }
  for (const rule of ["", "remove", "remove:", "mask:x", ":x", "x"]) {
    assertThrows(() => parseRedactRule(rule), SyntaxError, "remove:NAME or hash:NAME");
  }
});

Deno.test("values go wherever they are: span, event, link, scope, resource, sample, inside of maps and lists", () => {
  const secret = createAttributes([["secret", "s3cr3t"], ["kept", "k"]]);
  const span = {
    ...richSpan(),
    name: "n",
    attributes: createAttributes([
      ["secret", "s3cr3t"],
      ["user", createAttributes([["secret", "s3cr3t"]])],
      ["list", [secret, [secret], "s"]],
    ]),
    events: [{ timeUnixNano: BASE_NANO, name: "e", attributes: secret }],
    links: [{ traceId: "t", spanId: "s", attributes: secret }],
    scope: { name: "lib", attributes: secret },
    resource: secret,
    samples: [{
      metric: "counter" as const,
      name: "m",
      value: 1,
      tags: { secret: "s3cr3t", a: "b" },
    }],
  };
  const removing = redactor("remove:*secret");
  const removed = encodeSpanLine(removing.redact(span));
  assert(!removed.includes("s3cr3t"), removed);
  assertEquals(removed.match(/"kept":"k"/g)?.length, 6);
  assertEquals(removing.counts, { "remove:*secret": 9 });
  const hashed = encodeSpanLine(redactor("hash:*secret").redact(span));
  assert(!hashed.includes("s3cr3t"), hashed);
  assertEquals(new Set(hashed.match(/hash:[0-9a-f]{16}/g)).size, 1);
});

Deno.test("the first rule that fits is applied, and what no rule fits is the same object", () => {
  const both = redactor("hash:user.id", "remove:user.*");
  const { attributes } = both.redact(
    sampleSpan({ attributes: createAttributes([["user.id", 7n], ["user.name", "x"], ["a", 1]]) }),
  );
  assertEquals(Object.keys(attributes), ["user.id", "a"]);
  assertMatch(String(attributes["user.id"]), /^hash:/);
  const span = richSpan();
  assert(redactor("remove:nothing.of.this").redact(span) === span);
});

Deno.test("equal values have equal hashes under one salt, and others under another or a random one", () => {
  const span = sampleSpan({ attributes: createAttributes([["id", "4711"]]) });
  function hash(salt?: string): unknown {
    return new Redactor([parseRedactRule("hash:id")], { salt }).redact(span).attributes.id;
  }
  assertEquals(hash("a"), hash("a"));
  assertEquals(new Set([hash("a"), hash("b"), hash(), hash()]).size, 4);
});

Deno.test("a map that is nested too deep for a look at its names is not told", () => {
  let deep = createAttributes([["secret", "s3cr3t"]]);
  for (let level = 0; level < 100_000; level++) deep = createAttributes([["d", deep]]);
  const line = encodeSpanLine(redactor("remove:*secret").redact(sampleSpan({ attributes: deep })));
  assert(!line.includes("s3cr3t"));
});

Deno.test("spans that were read from a file are redacted like others", () => {
  const line = encodeSpanLine(sampleSpan({ attributes: createAttributes([["id", "4711"]]) }));
  const [span] = decodeSpanBatch(new TextEncoder().encode(line));
  const expected = line.replace("4711", String(redactor("hash:id").redact(span).attributes.id));
  assertEquals(encodeSpanLine(redactor("hash:id").redact(span)), expected);
});
