import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { changeSpan } from "../../src/model/change_span.ts";
import { findAccessibilityProblems } from "../testing/find_accessibility_problems.ts";
import { hostileSpans, SHOP_START, shopSpan, shopTrace } from "../testing/shop_trace.ts";
import { browserTest, serveTestPage, TestSource } from "../testing/web_page.ts";

const TRACE = "/t/4bf92f3577b34da6a3ce929d0e0e4736";

/** The names in the rows of the tree. */
function names(page: Page): Promise<string[]> {
  return page.locator(".tree-row .span-name").allInnerTexts();
}

async function waitForRows(page: Page, count: number): Promise<void> {
  await page.locator(".tree-row").nth(count - 1).waitFor();
  await page.locator(".tree-row").nth(count).waitFor({ state: "detached" });
}

function selectedName(page: Page): Promise<string> {
  return page.locator(".tree-row.selected .span-name").innerText();
}

/** The times on the ruler cannot be read from a canvas; what the window shows is told by the reset button. */
async function isZoomed(page: Page): Promise<boolean> {
  return await page.getByRole("button", { name: "Reset zoom" }).count() > 0;
}

browserTest("a trace shows its head, its tree and its groups", async (open) => {
  await using server = await serveTestPage(new TestSource(shopTrace()));
  const { page, problems } = await open(server.url + TRACE);
  await waitForRows(page, 4);
  assertEquals(await names(page), [
    "POST /checkout",
    "load cart",
    "SELECT * FROM items WHERE id = ?",
    "POST /charge",
  ]);
  assertMatch(await page.getByRole("heading", { level: 1 }).innerText(), /shop\s*POST \/checkout/);
  assertMatch(
    await page.locator(".trace-facts").innerText(),
    /Duration\s+100ms\s+Services\s+2\s+Depth\s+3\s+Spans\s+9\s+Errors\s+1/,
  );
  assertEquals(await page.locator(".group-count").innerText(), "×6");
  assertEquals(await page.getByRole("tree").getByRole("treeitem").count(), 4);
  assertEquals(problems, []);
});

browserTest("the keyboard alone folds, opens, searches, zooms and closes", async (open) => {
  await using server = await serveTestPage(new TestSource(shopTrace()));
  const { page, problems } = await open(server.url + TRACE);
  await waitForRows(page, 4);
  await page.keyboard.press("g");
  await page.keyboard.press("j");
  assertEquals(await selectedName(page), "load cart");
  await page.keyboard.press("h");
  await waitForRows(page, 3);
  await page.keyboard.press("l");
  await waitForRows(page, 4);
  await page.keyboard.press("j");
  await page.keyboard.press("Space");
  await waitForRows(page, 10);
  await page.keyboard.press("C");
  await waitForRows(page, 1);
  await page.keyboard.press("C");
  await page.keyboard.press("E");
  assertEquals(await selectedName(page), "POST /charge");
  await page.keyboard.press("Enter");
  const details = page.getByRole("complementary", { name: "Details" });
  assertMatch(await details.innerText(), /card declined/);
  await page.keyboard.press("/");
  await page.keyboard.type("id = 3");
  await page.keyboard.press("Enter");
  await page.getByText("1 of 1").waitFor();
  assertMatch(page.url(), /\/t\//);
  await page.keyboard.press("Escape");
  await page.keyboard.press("z");
  assert(await isZoomed(page));
  await page.keyboard.press("Z");
  assert(!await isZoomed(page));
  await page.keyboard.press("Escape");
  await details.waitFor({ state: "detached" });
  assertEquals(problems, []);
});

browserTest("a search finds text anywhere in a span, or what a query asks for", async (open) => {
  await using server = await serveTestPage(new TestSource(shopTrace()));
  const { page, problems } = await open(server.url + TRACE);
  await waitForRows(page, 4);
  const field = page.getByRole("searchbox", { name: "Search in this trace" });
  await field.fill("declined");
  await page.getByText("1 of 1").waitFor();
  assertEquals(await selectedName(page), "POST /charge");
  await field.fill("duration < 7ms");
  await page.getByText("1 of 6").waitFor();
  await field.press("Escape");
  await field.fill("duration < 7ms");
  await page.getByText("1 of 6").waitFor();
  await field.press("Enter");
  await page.getByText("2 of 6").waitFor();
  await page.getByRole("button", { name: "Matches" }).click();
  await page.locator(".tree-row", { hasText: "charge" }).waitFor({ state: "detached" });
  await field.fill("no such thing");
  await page.getByText("no match").waitFor();
  assertEquals(problems, []);
});

browserTest(
  "the address of a span leads to it, unfolds what hides it, and follows",
  async (open) => {
    await using server = await serveTestPage(new TestSource(shopTrace()));
    const { page, problems } = await open(`${server.url}${TRACE}/query4`);
    await waitForRows(page, 10);
    assertMatch(
      await page.getByRole("complementary", { name: "Details" }).innerText(),
      /span id\s+query4/,
    );
    await page.keyboard.press("G");
    await page.waitForURL(`**${TRACE}/charge`);
    await page.getByRole("complementary", { name: "Details" }).getByRole("link", { name: /root/ })
      .click();
    assertEquals(await selectedName(page), "POST /checkout");
    await page.waitForURL(`**${TRACE}/root`);
    assertEquals(problems, []);
  },
);

browserTest(
  "details show all of a span: JSON in lines, events, links to other traces",
  async (open) => {
    await using server = await serveTestPage(new TestSource(shopTrace()));
    const { page, problems } = await open(`${server.url}${TRACE}/charge`);
    const details = page.getByRole("complementary", { name: "Details" });
    await details.waitFor();
    const text = await details.innerText();
    assertMatch(text, /"amount": 12345678901234567890,\n/);
    assertMatch(text, /retry\s+\+60ms/);
    assertMatch(text, /attempt\s+2/);
    const link = details.getByRole("link", { name: /other\/span/ });
    assertEquals(await link.getAttribute("href"), "/t/other%20trace/~b3RoZXIvc3Bhbg");
    await link.click();
    await page.getByRole("heading", { name: "There is no trace other trace" }).waitFor();
    // The trace that is not there is told of by the server's 404, too.
    assertEquals(problems.filter((problem) => !problem.includes("404")), []);
  },
);

browserTest("dragging over the minimap zooms, and a double click shows all again", async (open) => {
  await using server = await serveTestPage(new TestSource(shopTrace()));
  const { page, problems } = await open(server.url + TRACE);
  await waitForRows(page, 4);
  const box = await page.locator(".minimap-canvas").boundingBox();
  await page.mouse.move(box!.x + 200, box!.y + 30);
  await page.mouse.down();
  await page.mouse.move(box!.x + 500, box!.y + 30);
  await page.mouse.up();
  await page.getByRole("button", { name: "Reset zoom" }).waitFor();
  await page.mouse.dblclick(box!.x + 700, box!.y + 30);
  await page.getByRole("button", { name: "Reset zoom" }).waitFor({ state: "detached" });
  const bars = await page.locator(".bars").boundingBox();
  await page.mouse.move(bars!.x + 100, bars!.y + 100);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -200);
  await page.keyboard.up("Control");
  await page.getByRole("button", { name: "Reset zoom" }).waitFor();
  assertEquals(problems, []);
});

browserTest("filters leave the rows that lead to errors", async (open) => {
  await using server = await serveTestPage(new TestSource(shopTrace()));
  const { page, problems } = await open(server.url + TRACE);
  await waitForRows(page, 4);
  await page.getByRole("button", { name: /^Errors/ }).click();
  await waitForRows(page, 2);
  assertEquals(await names(page), ["POST /checkout", "POST /charge"]);
  await page.getByRole("button", { name: /^Errors/ }).click();
  await waitForRows(page, 4);
  assertEquals(problems, []);
});

browserTest("flame graph, statistics and JSON are views of the same trace", async (open) => {
  await using server = await serveTestPage(new TestSource(shopTrace()));
  const { page, problems } = await open(server.url + TRACE);
  await waitForRows(page, 4);
  await page.keyboard.press("f");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  assertMatch(
    await page.locator("#flame-facts").innerText(),
    /SELECT \* FROM items WHERE id = \?\s+6 spans\s+total 36ms/,
  );
  await page.keyboard.press("w");
  assertEquals(await selectedName(page), "query");
  await page.keyboard.press("s");
  const row = page.locator(".table-body [role=row]", { hasText: "SELECT" });
  assertMatch(await row.innerText(), /\n6\n/);
  await row.click();
  await page.getByText(/\d of 6/).waitFor();
  await page.keyboard.press("J");
  assertMatch(await page.locator(".trace-json pre").innerText(), /"name": "query"/);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: /^Download/ }).click();
  assertEquals(
    (await download).suggestedFilename(),
    "trace-4bf92f3577b34da6a3ce929d0e0e4736.jsonl",
  );
  assertEquals(problems, []);
});

browserTest("a span that runs grows, and its end comes without losing the place", async (open) => {
  const begin = BigInt(Date.now() - 1_000) * 1_000_000n;
  const [root, cart] = ["root", "slow"].map((id) =>
    changeSpan(
      shopSpan({ id, parent: id === "slow" ? "root" : undefined, service: "shop", fromMs: 0 }),
      { startTimeUnixNano: begin },
    )
  );
  const source = new TestSource([root, cart]);
  await using server = await serveTestPage(source);
  const { page, problems } = await open(`${server.url}${TRACE}/slow`);
  await page.locator(".tree-row.selected .badge.is-running").waitFor();
  const facts = page.locator(".trace-facts");
  const before = await facts.locator("dd").nth(1).innerText();
  await facts.filter({ hasNotText: before }).waitFor();
  for (const span of [cart, root]) {
    source.traces.add(
      changeSpan(span, { state: "ended", endTimeUnixNano: begin + 1_234_000_000n }),
    );
  }
  await facts.filter({ hasText: "1.23s" }).waitFor();
  assertEquals(await selectedName(page), "slow");
  assertEquals(await page.locator(".badge.is-running").count(), 0);
  assertEquals(problems, []);
});

browserTest("a trace that its source gives up stays as it was read", async (open) => {
  const source = new TestSource(shopTrace(), 1);
  await using server = await serveTestPage(source);
  const { page } = await open(server.url + TRACE);
  await waitForRows(page, 4);
  source.traces.add(shopSpan({ id: "newer", traceId: "newer", fromMs: 0, toMs: 1 }));
  await page.getByText("has given this trace up").waitFor();
  assertEquals((await names(page)).length, 4);
});

browserTest("a recording shows the trace as it was at a moment, and plays it", async (open) => {
  const source = new TestSource(shopTrace());
  source.isRecording = true;
  await using server = await serveTestPage(source);
  const { page, problems } = await open(`${server.url}${TRACE}?at=${SHOP_START + 30_000_000n}`);
  await page.locator(".tree-row .badge.is-running").nth(2).waitFor();
  assert(!(await names(page)).includes("POST /charge"));
  await page.getByRole("slider", { name: "Moment of the recording" }).fill("10000");
  await waitForRows(page, 4);
  assertEquals(await page.locator(".tree-row .badge.is-running").count(), 0);
  await page.goto(`${server.url}${TRACE}?at=${SHOP_START - 1n}`);
  await page.getByRole("heading", { name: "This trace has not begun yet" }).waitFor();
  await page.keyboard.press("P");
  await waitForRows(page, 4);
  assertEquals(problems, []);
});

browserTest("hostile names, keys and values are text and nothing else", async (open) => {
  await using server = await serveTestPage(new TestSource(hostileSpans()));
  const { page, problems } = await open(`${server.url}${TRACE}/hostile%20root`);
  const details = page.getByRole("complementary", { name: "Details" });
  await details.waitFor();
  assertMatch(await details.innerText(), /<\/script><img src=x onerror="alert\(1\)">/);
  assertEquals(await page.locator("main img, main script").count(), 0);
  const text = await page.locator("body").innerText();
  // deno-lint-ignore no-control-regex -- what must not be there
  assertEquals(/.*[\u001b\u202e\u2028].*/.exec(text)?.[0], undefined);
  await details.getByRole("button", { name: /Show all \(1,000,000/ }).first().click();
  for (const key of ["f", "s", "J"]) await page.keyboard.press(key);
  assertEquals(await page.locator("main img, main script").count(), 0);
  assertEquals(problems, []);
});

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(`an accessibility checker finds nothing serious, ${colorScheme}`, async (open) => {
    await using server = await serveTestPage(new TestSource(shopTrace()));
    const { page } = await open(`${server.url}${TRACE}/charge`, { colorScheme });
    await page.getByRole("complementary", { name: "Details" }).waitFor();
    assertEquals(await findAccessibilityProblems(page), []);
    for (const key of ["f", "s", "J"]) {
      await page.keyboard.press(key);
      assertEquals(await findAccessibilityProblems(page), [], key);
    }
  });
}
