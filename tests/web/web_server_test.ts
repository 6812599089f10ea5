import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { AccessToken } from "../../src/receivers/access_token.ts";
import type { ApiProblem } from "../../src/web/api.ts";
import { makeSpan, PAGE, sendRaw, withServer } from "./_served.ts";

const PATHS = ["/", "/t/a", "/assets/app.1.js", "/api/info", "/api/traces", "/api/stream", "/none"];
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "SPAM"];

Deno.test("a foreign Host or Origin is refused for every method and path, the stream included", () =>
  withServer({}, async ({ server: { port } }) => {
    const own = `Host: 127.0.0.1:${port}`;
    const foreign = [
      ["Host: evil.example"],
      [`Host: evil.example:${port}`],
      ["Host: 10.0.0.1"],
      ["Host: 127.0.0.1.evil.example"],
      [own, "Origin: http://evil.example"],
      [own, "Origin: null"],
      [own, "Origin: http://127.0.0.1:1"],
      [own, `Origin: https://127.0.0.1:${port}`],
      [own, `Origin: http://localhost:${port}`],
      [own, "Sec-Fetch-Site: cross-site"],
      [own, "Sec-Fetch-Site: same-site"],
      [own, `Origin: http://127.0.0.1:${port}`, "Sec-Fetch-Site: cross-site"],
    ];
    for (const path of PATHS) {
      for (const method of METHODS) {
        const answers = await Promise.all(
          foreign.map((headers) => sendRaw(port, [`${method} ${path} HTTP/1.1`, ...headers])),
        );
        for (const [index, { status, head }] of answers.entries()) {
          assertEquals(status, 403, `${method} ${path} ${foreign[index]}`);
          assertStringIncludes(head, "content-security-policy: default-src 'none'");
        }
      }
    }
  }));

Deno.test("a foreign host in the target is refused, whatever the Host says", () =>
  withServer({}, async ({ server: { port } }) => {
    const host = `Host: 127.0.0.1:${port}`;
    for (const path of PATHS) {
      const foreign = await sendRaw(port, [`GET http://evil.example${path} HTTP/1.1`, host]);
      assertEquals(foreign.status, 403, path);
    }
    const own = await sendRaw(port, [`GET http://127.0.0.1:${port}/api/info HTTP/1.1`, host]);
    assertEquals(own.status, 200);
  }));

Deno.test("its own page, typed addresses and programs are answered, by each name of this machine", () =>
  withServer({}, async ({ server: { port } }) => {
    for (const name of ["127.0.0.1", "localhost", "LOCALHOST", "trace.localhost", "[::1]"]) {
      const host = `${name}:${port}`;
      for (
        const headers of [
          [],
          [`Origin: http://${host.toLowerCase()}`, "Sec-Fetch-Site: same-origin"],
          ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"],
          ["Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"],
        ]
      ) {
        const { status } = await sendRaw(port, [
          "GET /api/info HTTP/1.1",
          `Host: ${host}`,
          ...headers,
        ]);
        assertEquals(status, 200, `${name} ${headers}`);
      }
    }
  }));

Deno.test("a link on another site may open the page, and nothing else", () =>
  withServer({}, async ({ server: { port } }) => {
    const link = [
      `Host: localhost:${port}`,
      "Sec-Fetch-Site: cross-site",
      "Sec-Fetch-Mode: navigate",
      "Sec-Fetch-Dest: document",
    ];
    assertEquals((await sendRaw(port, ["GET /t/a HTTP/1.1", ...link])).status, 200);
    assertEquals((await sendRaw(port, ["GET /api/info HTTP/1.1", ...link])).status, 403);
    const frame = link.with(3, "Sec-Fetch-Dest: iframe");
    assertEquals((await sendRaw(port, ["GET /t/a HTTP/1.1", ...frame])).status, 403);
    const form = [...link, "Origin: http://evil.example"];
    assertEquals((await sendRaw(port, ["POST /t/a HTTP/1.1", ...form])).status, 403);
  }));

Deno.test("what is no GET is told so", () =>
  withServer({}, async ({ server: { port } }) => {
    for (const path of PATHS) {
      for (const method of METHODS.slice(2)) {
        const { status, head } = await sendRaw(port, [
          `${method} ${path} HTTP/1.1`,
          "Host: localhost",
        ]);
        assertEquals(status, 405);
        assertStringIncludes(head, "allow: GET, HEAD");
      }
    }
  }));

Deno.test("every view's address is the page's, and assets come from their table", () =>
  withServer({}, async ({ origin }) => {
    for (
      const path of ["/", "/t/abc", "/t/a%2Fb/c", "/stats", "/services", "/diff", "/?where=error"]
    ) {
      const response = await fetch(origin + path);
      assertEquals(await response.text(), PAGE, path);
      assertEquals(response.headers.get("cache-control"), "private, no-cache");
    }
    const asset = await fetch(`${origin}/assets/app.1.js`);
    assertEquals(await asset.text(), "go();");
    assertEquals(asset.headers.get("content-type"), "text/javascript");
    assertMatch(asset.headers.get("cache-control") ?? "", /immutable/);
    const head = await fetch(`${origin}/assets/app.1.js`, { method: "HEAD" });
    assertEquals([await head.text(), head.headers.get("content-length")], ["", "5"]);
    for (const response of [asset, head]) {
      assertEquals(response.headers.get("x-content-type-options"), "nosniff");
      assertEquals(response.headers.get("referrer-policy"), "no-referrer");
      assertEquals(response.headers.get("cross-origin-resource-policy"), "same-origin");
      assertMatch(
        response.headers.get("content-security-policy") ?? "",
        /^default-src 'none'; script-src 'self'; .*base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
      );
    }
  }));

Deno.test("no path leads to a file", () =>
  withServer({}, async ({ server: { port } }) => {
    for (
      const path of [
        ...["/../deno.json", "/assets/../deno.json", "/assets/%2e%2e/deno.json", "/..%2fdeno.json"],
        ...[
          "/assets/..%5c..%5cdeno.json",
          "/assets/../../etc/passwd",
          "//etc/passwd",
          "/etc/passwd",
        ],
        ...["/t/../deno.json", "/t/..%2f..%2fetc%2fpasswd", "/t/%2e%2e/%2e%2e", "/t/./x"],
        ...[
          "/deno.json",
          "/assets/",
          "/assets",
          "/assets/app.1.js/",
          "/assets/APP.1.JS",
          "/t/",
          "/t",
        ],
        ...[
          "/api",
          "/api/",
          "/api/none",
          "/api/trace",
          "/api/trace/",
          "/api/constructor",
          "/__proto__",
        ],
        ...["/api/trace/..%2f..%2fetc%2fpasswd", "/t/%", "/%00", "/assets/app.1.js%00", "/stats/"],
      ]
    ) {
      const { status, body } = await sendRaw(port, [`GET ${path} HTTP/1.1`, "Host: localhost"]);
      assertEquals(status, 404, path);
      assert(!body.includes("root:") && !body.includes(PAGE), path);
    }
    const { status } = await sendRaw(port, ["GET /api/trace/%ff HTTP/1.1", "Host: localhost"]);
    assertEquals(status, 400);
  }));

Deno.test("what is wrong is said as JSON under /api", () =>
  withServer({}, async ({ origin }) => {
    const response = await fetch(`${origin}/api/traces?where=duration+%3E`);
    assertEquals(response.status, 400);
    const problem: ApiProblem = await response.json();
    assertEquals([problem.reason, problem.column], ["bad_query", 11]);
    for (
      const path of [
        ...[
          "traces?sort=up",
          "traces?from=-1",
          "traces?limit=x",
          "traces?at=now",
          "scatter?width=1e3",
        ],
        ...["stats?where=%7B", "services?where=%7B", "scatter?where=%7B"],
      ]
    ) {
      const bad = await fetch(`${origin}/api/${path}`);
      assertEquals(bad.status, 400, path);
      assertMatch((await bad.json()).reason, /^bad_/);
    }
    const missing = await fetch(`${origin}/api/trace/none`);
    assertEquals([missing.status, (await missing.json()).reason], [404, "not_found"]);
    const diff = await fetch(`${origin}/api/diff?a=none`);
    assertEquals([diff.status, (await diff.json()).reason], [404, "not_found"]);
  }));

/** An address of this machine at which connections to it come from outside of loopback. */
const OUTER = Deno.networkInterfaces().find(({ family, address }) =>
  family === "IPv4" && !address.startsWith("127.")
)?.address;

Deno.test({
  name: "beyond loopback the token opens the page once, and a cookie keeps it open",
  ignore: OUTER === undefined,
  fn: () =>
    withServer({ host: "0.0.0.0", token: new AccessToken("s3cret/x") }, async (served) => {
      const { server: { port }, source } = served;
      source.traces.add(makeSpan({ traceId: "t" }));
      const origin = `http://${OUTER}:${port}`;
      async function status(path: string, headers: Record<string, string> = {}): Promise<number> {
        const response = await fetch(origin + path, { headers, redirect: "manual" });
        await response.body?.cancel();
        return response.status;
      }
      for (const path of PATHS) assertEquals(await status(path), 401, path);
      assertEquals(await status("/?token=wrong"), 401);
      assertEquals(await status("/", { cookie: `trace_token_${port}=wrong` }), 401);

      const opened = await fetch(`${origin}/t/t?token=s3cret%2Fx&where=error`, {
        redirect: "manual",
      });
      await opened.body?.cancel();
      assertEquals([opened.status, opened.headers.get("location")], [303, "/t/t?where=error"]);
      const cookie = opened.headers.get("set-cookie") ?? "";
      assertMatch(cookie, /; Path=\/; HttpOnly; SameSite=Strict$/);
      const kept = { cookie: cookie.split(";")[0] };
      assertEquals(await status("/t/t", kept), 200);
      assertEquals(await status("/api/trace/t", kept), 200);
      assertEquals(await status("/api/info", { authorization: "Bearer s3cret/x" }), 200);
      // What knows the token is no page of another site for it.
      const foreign = { ...kept, origin: "http://evil.example" };
      assertEquals(await status("/api/info", foreign), 403);

      const own = await fetch(`http://127.0.0.1:${port}/api/info`);
      await own.body?.cancel();
      assertEquals(own.status, 200);
    }),
});

Deno.test("a connection too many is closed, and closing leaves none", () =>
  withServer({ maxConnections: 2 }, async ({ server: { port } }) => {
    using _one = await Deno.connect({ hostname: "127.0.0.1", port });
    using _other = await Deno.connect({ hostname: "127.0.0.1", port });
    using refused = await Deno.connect({ hostname: "127.0.0.1", port });
    assertEquals(await refused.read(new Uint8Array(1)), null);
  }));
