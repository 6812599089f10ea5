import { assert, assertEquals, assertThrows } from "@std/assert";
import { AccessToken } from "../../src/receivers/access_token.ts";
import { HttpAccess } from "../../src/receivers/http_access.ts";
import type { HttpHead } from "../../src/receivers/http_head.ts";
import { HttpProblem } from "../../src/receivers/http_problem.ts";

function headers(fields: Record<string, string>): (name: string) => string | undefined {
  return (name) => fields[name];
}

function head(fields: Record<string, string>, method = "POST"): HttpHead {
  return {
    method,
    path: "/",
    query: "",
    takesChunks: true,
    headers: new Map(Object.entries(fields)),
    bodyLength: 0,
    isPersistent: true,
    expectsContinue: false,
  };
}

const TOKEN = new AccessToken("s3cret");

Deno.test("programs on this machine need no token, others do", () => {
  for (const peer of ["127.0.0.1", "127.9.8.7", "::1", "::ffff:127.0.0.1"]) {
    assert(TOKEN.admits(peer, headers({})), peer);
  }
  for (const peer of ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1", "128.0.0.1", "", undefined]) {
    assertEquals(TOKEN.admits(peer, headers({})), false);
    assert(TOKEN.admits(peer, headers({ authorization: "Bearer s3cret" })));
  }
});

Deno.test("the token comes as Authorization or X-Trace-Token, and must be the whole of it", () => {
  const good: Record<string, string>[] = [
    { authorization: "Bearer s3cret" },
    { authorization: "bearer   s3cret " },
    { "x-trace-token": "s3cret" },
    { authorization: "Basic abc", "x-trace-token": "s3cret" },
  ];
  for (const fields of good) assert(TOKEN.isIn(headers(fields)), JSON.stringify(fields));
  const bad: Record<string, string>[] = [
    {},
    { authorization: "s3cret" },
    { authorization: "Bearer" },
    { authorization: "Bearer s3cre" },
    { authorization: "Bearer s3cret2" },
    { authorization: "Bearer wrong", "x-trace-token": "s3cret" },
    { "x-trace-token": "" },
  ];
  for (const fields of bad) {
    assertEquals(TOKEN.isIn(headers(fields)), false, JSON.stringify(fields));
  }
});

Deno.test("a token that nobody gave is another one each time", () => {
  const tokens = new Set(Array.from({ length: 50 }, () => new AccessToken().text));
  assertEquals(tokens.size, 50);
  for (const token of tokens) assert(/^[\w-]{32}$/.test(token), token);
});

Deno.test("who has the token may call the machine by any name; who has not, by its own", () => {
  const access = new HttpAccess("0.0.0.0", [], TOKEN);
  function answer(fields: Record<string, string>, peer: string, method?: string): number {
    try {
      access.check(head(fields, method), peer);
      return 200;
    } catch (error) {
      if (error instanceof HttpProblem) return error.status;
      throw error;
    }
  }
  const known = { authorization: "Bearer s3cret" };
  assertEquals(answer({ ...known, host: "collector.example:4318" }, "192.0.2.7"), 200);
  assertEquals(answer({ host: "192.0.2.2:4318" }, "192.0.2.7"), 401);
  assertEquals(answer({ host: "192.0.2.2:4318" }, "127.0.0.1"), 200);
  assertEquals(answer({ host: "localhost:4318" }, "127.0.0.1"), 200);
  // A page's own name may have been given this machine's address.
  assertEquals(answer({ host: "evil.example" }, "127.0.0.1"), 403);
  assertEquals(answer({ ...known, host: "a", origin: "http://evil.example" }, "192.0.2.7"), 403);
});

Deno.test("what a browser asks beforehand needs no token, what it sends then does", () => {
  const access = new HttpAccess("0.0.0.0", ["http://page.example"], TOKEN);
  const fields = { host: "192.0.2.2", origin: "http://page.example" };
  access.check(
    head({ ...fields, "access-control-request-method": "POST" }, "OPTIONS"),
    "192.0.2.7",
  );
  assertThrows(() => access.check(head(fields), "192.0.2.7"), HttpProblem, "token");
});
