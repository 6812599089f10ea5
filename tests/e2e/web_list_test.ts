import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { generateSpans } from "../testing/generated_spans.ts";
import { browserTest, serveTestPage, TestSource } from "../testing/web_page.ts";

/** The rows of the table, without its head. */
const ROWS = ".table-body [role=row]:not(.is-loading)";

async function waitForCount(page: Page, text: string): Promise<void> {
  await page.locator(".list-head", { hasText: text }).waitFor();
}

/** The durations of the first rows, in nanoseconds. */
async function firstDurations(page: Page): Promise<number[]> {
  const titles = await page.locator(`${ROWS} .duration`).evaluateAll((elements) =>
    elements.slice(0, 10).map((element) => element.getAttribute("title") ?? "")
  );
  return titles.map((title) => Number.parseInt(title));
}

browserTest("the browser lists traces, the newest first, and sorts them", async (open) => {
  const source = new TestSource(generateSpans({ spanCount: 5_000 }));
  await using server = await serveTestPage(source);
  const { page, problems } = await open(server.url);
  await waitForCount(page, "500 traces");
  const grid = page.getByRole("grid", { name: "Traces" });
  assertEquals(await grid.getAttribute("aria-rowcount"), "501");
  assertMatch(await page.locator(ROWS).first().innerText(), /499/);
  await page.getByRole("columnheader", { name: "Duration" }).getByRole("button").click();
  await page.waitForURL("**/?sort=-duration");
  await page.locator("[aria-sort=descending]", { hasText: "Duration" }).waitFor();
  const all = Array.from({ length: 500 }, (_, index) => source.traces.entryAt(index));
  const top = Math.max(...all.map((entry) => Number(entry?.durationNano)));
  await page.locator(`${ROWS} .duration[title="${top}ns"]`).waitFor();
  const durations = await firstDurations(page);
  assertEquals(durations, durations.toSorted((a, b) => b - a));
  assertEquals(problems, []);
});

browserTest(
  "a query narrows the list, and its mistakes are shown with their place",
  async (open) => {
    await using server = await serveTestPage(
      new TestSource(generateSpans({ spanCount: 5_000 })),
    );
    const { page, problems } = await open(server.url);
    await waitForCount(page, "500 traces");
    await page.keyboard.press("/");
    await page.keyboard.type("service = sho");
    await page.getByRole("option", { name: /^shop/ }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await waitForCount(page, "100 of 500 traces");
    assertEquals(new URL(page.url()).searchParams.get("where"), "service = shop");
    const services = await page.locator(`${ROWS} .service-name`).allInnerTexts();
    assert(services.length > 0 && services.every((name) => name === "shop"));
    assertEquals(problems, []);
    await page.getByRole("combobox").fill("duration >");
    await page.keyboard.press("Enter");
    assertMatch(await page.getByRole("alert").innerText(), /column 11/);
    await page.goBack();
    await waitForCount(page, "100 of 500 traces");
  },
);

browserTest("a list of 200,000 traces scrolls to its end", async (open) => {
  const source = new TestSource();
  const [span] = generateSpans({ spanCount: 10 });
  for (let number = 0; number < 200_000; number++) {
    // The spans of the generator hold all their fields.
    source.traces.add({
      traceId: `t${number}`,
      spanId: "a",
      name: `job ${number}`,
      kind: span.kind,
      startTimeUnixNano: span.startTimeUnixNano + BigInt(number) * 1_000_000n,
      endTimeUnixNano: span.startTimeUnixNano + BigInt(number) * 1_000_000n + 5_000n,
      state: "ended",
      attributes: span.attributes,
    });
  }
  await using server = await serveTestPage(source);
  const { page, problems } = await open(server.url);
  await waitForCount(page, "200,000 traces");
  await page.keyboard.press("G");
  const last = page.locator(ROWS, { has: page.getByRole("link", { name: "job 0", exact: true }) });
  await last.and(page.locator("[aria-selected=true]")).waitFor();
  assertEquals(await last.getAttribute("aria-rowindex"), "200001");
  assert(await page.locator("[role=row]").count() < 120, "only what can be seen is drawn");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "job 0" }).waitFor();
  assertEquals(await page.title(), "job 0 · trace");
  await page.goBack();
  await last.and(page.locator("[aria-selected=true]")).waitFor();
  assertEquals(await page.title(), "Traces · session 4711: node shop.js · trace");
  await page.keyboard.press("g");
  await page.locator(ROWS, { hasText: "job 199999" }).waitFor();
  assertEquals(problems, []);
});

browserTest("a trace opens with a click, and its address opens it again", async (open) => {
  await using server = await serveTestPage(
    new TestSource(generateSpans({ spanCount: 5_000 })),
  );
  const { page, problems } = await open(`${server.url}/?where=service+%3D+shop`);
  await waitForCount(page, "100 of 500 traces");
  const row = page.locator(ROWS).first();
  const name = await row.locator(".trace-name").innerText();
  await row.click({ position: { x: 600, y: 10 } });
  await page.waitForURL("**/t/*");
  await page.getByRole("heading", { name }).waitFor();
  const again = await open(page.url());
  await again.page.getByRole("heading", { name }).waitFor();
  await page.goBack();
  await waitForCount(page, "100 of 500 traces");
  assertEquals(await page.getByRole("combobox").inputValue(), "service = shop");
  assertEquals([...problems, ...again.problems], []);
});

browserTest(
  "dragging over the plot keeps what is in the range, a point opens its trace",
  async (open) => {
    const source = new TestSource(generateSpans({ spanCount: 5_000 }));
    await using server = await serveTestPage(source);
    const { page, problems } = await open(server.url);
    await waitForCount(page, "500 traces");
    const plot = page.getByRole("img", { name: /^Durations over time: 500 traces/ });
    const box = await plot.boundingBox();
    if (box === null) throw new Error("The plot is not there");
    await page.mouse.move(box.x + box.width * 0.5, box.y + 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + box.height - 20, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/after=\d+&before=\d+/);
    await page.locator(".list-head", { hasText: /^1[23]\d of 500 traces/ }).waitFor();
    assertMatch(await page.getByRole("combobox").inputValue(), /^traceDuration >= \d+us$/);
    await page.keyboard.press("Escape");
    await waitForCount(page, "500 traces");
    const slowest = Array.from({ length: 500 }, (_, index) => source.traces.entryAt(index))
      .reduce((a, b) => a!.durationNano > b!.durationNano ? a : b)!;
    const start = Number(slowest.startTimeUnixNano - 1_795_172_592_000_000_000n) / 500e6;
    // The slowest stands at the upper edge, at the time at which it started.
    await page.mouse.click(box.x + 52 + start * (box.width - 62), box.y + 8);
    await page.getByRole("heading", { name: slowest.name }).waitFor();
    assertEquals(problems, []);
  },
);
