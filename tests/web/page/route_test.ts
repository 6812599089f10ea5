import { assertEquals } from "@std/assert";
import { formatRoute, parseRoute, type Route } from "../../../src/web/page/route.ts";

function roundTrip(route: Partial<Route> & Pick<Route, "page">): Route {
  const url = new URL(
    formatRoute({ where: "", sort: "", more: {}, ...route }),
    "http://127.0.0.1:4000",
  );
  return parseRoute(url.pathname, url.search);
}

Deno.test("an address says the page, the trace, the span and what narrows them down", () => {
  const route = parseRoute("/t/4bf9/00f0", "?where=kind+%3D+sql&sort=-duration&at=17&table=sql");
  assertEquals({ ...route, more: { ...route.more } }, {
    page: "trace",
    traceId: "4bf9",
    spanId: "00f0",
    where: "kind = sql",
    sort: "-duration",
    at: "17",
    more: { table: "sql" },
  });
  assertEquals(parseRoute("/", "").page, "traces");
  assertEquals(parseRoute("/stats", "").page, "stats");
  assertEquals(parseRoute("/stats/x", "").page, "unknown");
  assertEquals(parseRoute("/t/", "").page, "unknown");
});

Deno.test("ids of any text come back from an address that a browser has read", () => {
  const ids = [
    "a",
    ".",
    "..",
    "../..",
    "a/b\\c",
    "%2e%2e",
    "?#&",
    "~",
    "~~Li4",
    "é😀\u0000",
    "__proto__",
  ];
  for (const id of ids) {
    const route = roundTrip({ page: "trace", traceId: id, spanId: id });
    assertEquals([route.page, route.traceId, route.spanId], ["trace", id, id]);
  }
});

Deno.test("an address that a person typed wrongly is taken for what it says", () => {
  assertEquals(parseRoute("/t/100%", "").traceId, "100%");
  assertEquals(parseRoute("/t/~", "").traceId, "");
  assertEquals(parseRoute("/", "?at=tomorrow").at, undefined);
});

Deno.test("parameters named like parts of objects are plain data", () => {
  const { more } = roundTrip({ page: "stats", more: { ["__proto__"]: "a", constructor: "b" } });
  assertEquals({ ...more }, { ["__proto__"]: "a", constructor: "b" });
});
