import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { createAttributes } from "../../src/model/attributes.ts";
import type { Span } from "../../src/model/span.ts";
import { browserTest, serveTestPage, TestSource } from "../testing/web_page.ts";

const MARKUP = `<img src=x onerror=alert(1)><script>alert(2)</script>"'><svg onload=alert(3)>`;
const ADDRESS = "javascript:alert(4)";
const ELSEWHERE = "http://example.invalid/pixel.png";
const ESCAPES = "\x1b]52;c;eA==\x07\x1b[2J\u202egnp.\u2066evil";
const HOSTILE = [MARKUP, ADDRESS, ELSEWHERE, ESCAPES, "__proto__", "{{7*7}}${7*7}", "\u0000\ufffe"];
/** Ids that would lead out of an address if they were not escaped. */
const IDS = [
  "..",
  ".",
  "a/../b",
  "../../etc/passwd",
  `"><script>alert(5)</script>`,
  "%2e%2e",
  "?#&",
];

/** A trace of two services in which every text is hostile, in values and in keys. */
function hostileTrace(id: string, text: string, number: number): Span[] {
  const start = 1_795_172_592_000_000_000n + BigInt(number) * 1_000_000n;
  const attributes = createAttributes([
    [text, text],
    ["db.system", text],
    ["db.query.text", `SELECT '${text}' FROM t -- ${text}`],
    ["url.full", ADDRESS],
    ["http.route", text],
    ["error", text],
  ]);
  const root: Span = {
    traceId: id,
    spanId: id,
    name: text,
    kind: "client",
    startTimeUnixNano: start,
    endTimeUnixNano: start + 900_000n,
    state: "ended",
    attributes,
    resource: createAttributes([["service.name", `caller ${text}`], [text, text]]),
    events: [{ timeUnixNano: start, name: text, attributes }],
    links: [{ traceId: text, spanId: text, attributes }],
    status: { code: "error", message: text },
    scope: { name: text, version: text },
  };
  const child: Span = {
    traceId: id,
    spanId: `${id} child`,
    parentId: id,
    name: text,
    kind: "server",
    startTimeUnixNano: start + 1n,
    endTimeUnixNano: start + 800_000n,
    state: "ended",
    attributes,
    resource: createAttributes([["service.name", `callee ${text}`]]),
    service: `callee ${text}`,
  };
  return [root, child];
}

/** Elements that only markup of a span could have made. */
async function countForeignElements(page: Page): Promise<number> {
  return await page.locator(
    "script:not([src^='/assets/']), img:not([alt='']), svg[onload], [onerror], [href^='javascript:']",
  ).count();
}

browserTest("nothing in a span is run, loaded or followed, on any page", async (open) => {
  const source = new TestSource();
  source.title = MARKUP;
  source.notices = [MARKUP];
  HOSTILE.forEach((text, number) => {
    for (const span of hostileTrace(IDS[number], text, number)) source.traces.add(span);
  });
  await using server = await serveTestPage(source);
  const { page, problems } = await open(server.url);
  const escaped = encodeURIComponent(MARKUP);
  await page.getByRole("grid", { name: "Traces" }).getByRole("row").nth(HOSTILE.length).waitFor();
  assertStringIncludes(await page.locator(".table-body").innerText(), "<U+202E>gnp");
  assertStringIncludes(
    await page.locator(".table-body").innerText(),
    "<img src=x onerror=alert(1)>",
  );
  assertEquals(await countForeignElements(page), 0);
  for (const path of ["/stats", "/stats?table=sql", "/stats?table=errors", "/services"]) {
    await page.goto(server.url + path);
    await page.locator(".table-body [role=row]").first().waitFor();
    assertEquals(await countForeignElements(page), 0, path);
  }
  for (const path of ["", "/stats", "/services"]) {
    await page.goto(`${server.url}${path}?where=${escaped}&sort=${escaped}&at=${escaped}`);
    await page.locator("main").getByText(/cannot be read|could not be loaded/).waitFor();
    assertEquals(await countForeignElements(page), 0, path);
  }
  await page.goto(
    `${server.url}/diff?a=${encodeURIComponent(IDS[3])}&b=${encodeURIComponent(IDS[4])}`,
  );
  await page.locator(".table-body [role=row]").first().waitFor();
  assertEquals(await countForeignElements(page), 0);
  // What the server says of bad queries is an error of the network for the browser, and no more.
  assertEquals(problems.filter((each) => !each.includes("status of 400")), []);
});

browserTest("a trace opens whatever its id is", async (open) => {
  const source = new TestSource();
  IDS.forEach((id, number) => {
    for (const span of hostileTrace(id, HOSTILE[number], number)) source.traces.add(span);
  });
  await using server = await serveTestPage(source);
  for (let number = 0; number < IDS.length; number++) {
    const { page, problems } = await open(server.url);
    const rows = page.getByRole("grid", { name: "Traces" }).getByRole("row");
    await rows.nth(IDS.length).waitFor();
    // The newest comes first.
    await rows.nth(IDS.length - number).click({ position: { x: 700, y: 12 } });
    await page.getByRole("tab", { name: "Waterfall" }).waitFor();
    assertEquals(await countForeignElements(page), 0);
    await page.reload();
    await page.getByRole("tab", { name: "Waterfall" }).waitFor();
    assertEquals(problems, [], IDS[number]);
    await page.context().close();
  }
});

browserTest("a name of a megabyte is cut, and the page stays quick", async (open) => {
  const source = new TestSource();
  const [span] = hostileTrace("t", "n".repeat(1_000_000), 0);
  source.traces.add(span);
  await using server = await serveTestPage(source);
  const { page, problems } = await open(server.url);
  await page.getByRole("grid", { name: "Traces" }).getByRole("row").nth(1).waitFor();
  assert((await page.locator("body").innerText()).length < 20_000);
  assertEquals(problems, []);
});
