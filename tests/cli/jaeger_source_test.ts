import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseJaegerUrl } from "../../src/cli/jaeger_query.ts";
import { main } from "../../src/cli/main.ts";
import { createCapturedIo } from "../testing/captured_io.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

const START = 1_795_169_829_455_123;

/** A trace as the query service writes it: one span of each service. */
function trace(traceID: string, ...services: string[]): object {
  const spans = services.map((service, index) => ({
    traceID,
    spanID: `${index + 1}`.padStart(16, "0"),
    flags: 1,
    operationName: `work of ${service}`,
    references: index === 0
      ? []
      : [{ refType: "CHILD_OF", traceID, spanID: `${index}`.padStart(16, "0") }],
    startTime: START + index,
    duration: 100 - index,
    tags: [
      { key: "span.kind", type: "string", value: "server" },
      { key: "http.status_code", type: "int64", value: 200 },
    ],
    logs: [],
    processID: `p${index + 1}`,
    warnings: null,
  }));
  const processes = Object.fromEntries(
    services.map((serviceName, index) => [`p${index + 1}`, { serviceName, tags: [] }]),
  );
  return { traceID, spans, processes, warnings: null };
}

const BOTH = trace("000000000000000a000000000000000b", "shop", "stock");
const ALONE = trace("000000000000000c", "shop");

interface QueryService {
  readonly url: string;
  /** Paths with their parameters, and who asked. */
  readonly asked: string[];
}

/** A service that answers as Jaeger's does, under a path. */
async function withQueryService(
  answer: (url: URL) => Response | undefined,
  test: (service: QueryService) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const url = new URL(request.url);
      asked.push(url.pathname + url.search);
      const user = request.headers.get("authorization");
      if (user !== null) asked.push(user);
      return answer(url) ?? answerAsJaeger(url);
    },
  );
  await test({ url: `jaeger+http://127.0.0.1:${server.addr.port}`, asked });
}

function answerAsJaeger({ pathname, searchParams }: URL): Response {
  const path = pathname.replace(/^\/base/, "");
  if (path === "/api/services") return answerWith(["stock", "shop"]);
  if (path === "/api/traces") {
    return answerWith(searchParams.get("service") === "shop" ? [BOTH, ALONE] : [BOTH]);
  }
  if (path === "/api/traces/c") return answerWith([ALONE]);
  const errors = [{ code: 404, msg: "trace not found" }];
  return Response.json({ data: null, total: 0, limit: 0, offset: 0, errors }, { status: 404 });
}

function answerWith(data: unknown): Response {
  return Response.json({ data, total: 0, limit: 0, offset: 0, errors: null });
}

Deno.test("view shows the traces of all services once", () =>
  withQueryService(() => undefined, async ({ url, asked }) => {
    const io = createCapturedIo();
    assertEquals(await main(["view", url, "--json"], io), 0, io.err);
    assertEquals(io.err, "");
    const traces = io.out.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(traces.map(({ spans }) => spans.map(({ id }: { id: string }) => id.slice(-1))), [
      ["1", "2"],
      ["1"],
    ]);
    const [shop, stock] = traces[0].spans;
    assertEquals([shop.service, shop.kind, shop.attrs], ["shop", "server", {
      "http.status_code": 200,
    }]);
    assertEquals([stock.parent_id, stock.start_time], [shop.id, "2026-11-20T10:17:09.455124Z"]);
    assertEquals(asked.map((path) => path.split("&")[0]), [
      "/api/services",
      "/api/traces?service=shop",
      "/api/traces?service=stock",
    ]);
  }));

Deno.test("export asks for what the URL says, as whom it says", () =>
  withQueryService(() => undefined, async ({ url, asked }) => {
    const io = createCapturedIo();
    const source =
      `${url.replace("://", "://me:sécret@")}/base/?service=shop&limit=7&start=5&end=9` +
      "&operation=a%20b&tags=error%3Dtrue%20db%3D%22my%20db%22";
    assertEquals(await main(["export", source, "--format", "jsonl"], io), 0, io.err);
    assertEquals(io.out.trimEnd().split("\n").length, 3);
    assertEquals(asked.slice(1), [
      `Basic ${btoa("me:s\xc3\xa9cret")}`,
      "/base/api/traces?service=shop&limit=7&start=5&end=9&operation=a+b" +
      "&tags=%7B%22error%22%3A%22true%22%2C%22db%22%3A%22my+db%22%7D",
      `Basic ${btoa("me:s\xc3\xa9cret")}`,
    ]);
  }));

Deno.test("replay sends what Jaeger has", () =>
  inTemporaryFolder((folder) =>
    withQueryService(() => undefined, async ({ url }) => {
      const listener = Deno.listen({ transport: "unix", path: `${folder}/s` });
      const texts: Promise<string>[] = [];
      const serving = (async () => {
        for await (const conn of listener) texts.push(new Response(conn.readable).text());
      })();
      const io = createCapturedIo();
      const args = ["replay", url, "--to", `unix://${folder}/s`, "--speed", "max"];
      assertEquals(await main(args, io), 0, io.err);
      listener.close();
      await serving;
      const lines = (await Promise.all(texts)).join("").trimEnd().split("\n");
      assertEquals(lines.length, 6);
      assertStringIncludes(io.err, "sent 3 spans (6 events)");
    })
  ));

Deno.test("one trace can be asked for, among files", () =>
  withQueryService(() => undefined, async ({ url, asked }) => {
    const io = createCapturedIo({
      stdin: '{"id":"1","trace_id":"1","name":"a","kind":0,"start_time":"2026-03-11T19:00:00Z",' +
        '"end_time":"2026-03-11T19:00:01Z"}\n',
    });
    assertEquals(await main(["view", "-", `${url}?traceID=C`, "--json"], io), 0, io.err);
    const ids = io.out.trimEnd().split("\n").map((line) => JSON.parse(line).trace_id);
    assertEquals(ids.sort(), ["000000000000000c", "1"]);
    assertEquals(asked, ["/api/traces/c"]);

    const missing = createCapturedIo();
    assertEquals(await main(["view", `${url}?traceID=dead`], missing), 1);
    assertStringIncludes(missing.err, "answered 404, trace not found");
  }));

Deno.test("a service that Jaeger does not know is named with those it does", () =>
  withQueryService(() => undefined, async ({ url }) => {
    const io = createCapturedIo();
    assertEquals(await main(["view", `${url}?service=shpo`], io), 1);
    assertStringIncludes(io.err, 'no service "shpo"; there are:\n  shop\n  stock\n');
  }));

Deno.test("an answer that was cut at the limit, or is empty, is told", async () => {
  await withQueryService(() => undefined, async ({ url }) => {
    const io = createCapturedIo();
    assertEquals(await main(["view", `${url}?service=shop&limit=2`], io), 0);
    assertStringIncludes(io.err, 'may have more traces of "shop" than the 2 traces asked for');
  });
  const nothing = ({ pathname }: URL): Response | undefined =>
    pathname === "/api/traces" ? answerWith([]) : undefined;
  await withQueryService(nothing, async ({ url }) => {
    const io = createCapturedIo();
    assertEquals(await main(["view", `${url}?lookback=3h&end=2026-11-20T10:00:00Z`], io), 0);
    assertStringIncludes(
      io.err,
      "has no traces that began in the 3h00m before 2026-11-20T10:00:00Z",
    );
  });
});

Deno.test("whatever is not Jaeger is told from it", async () => {
  const cases: [(url: URL) => Response, string][] = [
    [() => new Response("<html>"), "its answer is no JSON"],
    [() => Response.json({ status: "success" }), 'its answer has no "data"'],
    [() => Response.json({ data: {} }), "its answer has no list of services"],
    [() => new Response("gone", { status: 404 }), "it answered 404"],
    [() => new Response("", { status: 401 }), "say who asks"],
    [
      ({ pathname }) =>
        pathname === "/api/services" ? answerWith(["shop"]) : Response.json({ data: [{}] }),
      "there is no list of spans",
    ],
    [
      ({ pathname }) =>
        pathname === "/api/services"
          ? answerWith(["shop"])
          : Response.json({ data: null, errors: [{ code: 500, msg: "storage is down" }] }, {
            status: 500,
          }),
      "it answered 500, storage is down",
    ],
  ];
  for (const [answer, message] of cases) {
    await withQueryService(answer, async ({ url }) => {
      const io = createCapturedIo();
      assertEquals(await main(["view", url], io), 1);
      assertStringIncludes(io.err, message);
      assertStringIncludes(io.err, url.replace("jaeger+", ""));
    });
  }
});

Deno.test("one span that is not understood is counted, the others are shown", () => {
  const bad = structuredClone(BOTH) as { spans: { startTime: unknown }[] };
  bad.spans[0].startTime = "soon";
  const answer = ({ pathname }: URL): Response | undefined =>
    pathname === "/api/traces" ? answerWith([bad]) : undefined;
  return withQueryService(answer, async ({ url }) => {
    const io = createCapturedIo();
    assertEquals(await main(["view", `${url}?service=shop`, "--json"], io), 0);
    assertEquals(JSON.parse(io.out).spans.length, 1);
    assertStringIncludes(io.err, "invalid_time (1 span)");
    assertStringIncludes(io.err, '"soon"');
  });
});

Deno.test("a host that is not there, and a port where nobody listens, are named", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  for (const host of [`127.0.0.1:${port}`, "no-such-host.invalid:16686"]) {
    const io = createCapturedIo();
    assertEquals(await main(["view", `jaeger+http://${host}`], io), 1);
    assertStringIncludes(io.err, `Cannot reach http://${host}/api/services: `);
  }
});

Deno.test("the parameters of a URL are checked before anybody is asked", () => {
  const now = 1_000_000_000_000;
  const query = parseJaegerUrl("jaeger+https://host/api/?start=2001-09-09T01:00:00%2B00:00", now);
  assertEquals([query.base, query.limit], ["https://host", 1000]);
  assertEquals([query.startMicros, query.endMicros], [
    999_997_200_000_000n,
    1_000_000_000_000_000n,
  ]);
  assertEquals(
    parseJaegerUrl("jaeger+http://host?lookback=90s", now).startMicros,
    999999910000000n,
  );
  for (
    const [parameters, problem] of [
      ["limit=0", 'its limit is "0"'],
      ["lookback=long", 'its lookback is "long"'],
      ["start=yesterday", 'its start is "yesterday"'],
      ["start=9&end=5", "its start is after its end"],
      ["traceID=xyz", 'its traceID is "xyz"'],
      ["tags=error", 'its tags are "error"'],
      ["tags={", "which is no JSON"],
      ["servce=a", 'there is no parameter "servce"; use service,'],
    ]
  ) {
    const url = `jaeger+http://me:secret@host?${parameters}`;
    const { message } = assertThrows(() => parseJaegerUrl(url, now), Error, problem);
    assertEquals(message.includes("secret"), false);
  }
});
