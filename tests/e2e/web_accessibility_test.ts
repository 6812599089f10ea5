import { assertEquals } from "@std/assert";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { generateSpans } from "../testing/generated_spans.ts";
import { browserTest, serveTestPage, TestSource } from "../testing/web_page.ts";

/** What the checker finds to be serious or worse, each with the elements it is about. */
async function findSerious(page: Page): Promise<string[]> {
  // Not as a script of the page, which its content security policy refuses.
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: axe.source });
  const { result } = await session.send("Runtime.evaluate", {
    expression: "axe.run(document).then(({ violations }) => JSON.stringify(violations.map(" +
      "({ id, impact, nodes }) => ({ id, impact, at: nodes.map(({ target, failureSummary }) =>" +
      "target.join(' ') + ': ' + failureSummary) }))))",
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  const violations: { id: string; impact: string; at: string[] }[] = JSON.parse(
    String(result.value),
  );
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, at }) => `${id}: ${at.slice(0, 3).join("; ")}`);
}

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(`no page has a serious fault of accessibility, ${colorScheme}`, async (open) => {
    const source = new TestSource(generateSpans({ spanCount: 2_000 }));
    source.isRecording = true;
    await using server = await serveTestPage(source);
    const { page } = await open(server.url, { colorScheme });
    const firstRow = page.locator(".table-body [role=row]").first();
    await firstRow.waitFor();
    await page.keyboard.press("j");
    assertEquals(await findSerious(page), [], "the list");
    await page.keyboard.press("Enter");
    await page.getByRole("tab", { name: "Waterfall" }).waitFor();
    assertEquals(await findSerious(page), [], "a trace");
    for (const path of ["/stats", "/stats?table=errors", "/services"]) {
      await page.goto(server.url + path);
      await firstRow.waitFor();
      assertEquals(await findSerious(page), [], path);
    }
    const ids = [0, 1].map((index) => source.traces.entryAt(index)?.traceId);
    await page.goto(`${server.url}/diff?a=${ids[0]}&b=${ids[1]}`);
    await firstRow.waitFor();
    assertEquals(await findSerious(page), [], "a comparison");
    await page.goto(`${server.url}/?where=duration+%3E`);
    await page.getByRole("alert").waitFor();
    assertEquals(await findSerious(page), [], "a bad query");
    await page.getByRole("button", { name: "Keys" }).click();
    await page.getByRole("dialog").waitFor();
    assertEquals(await findSerious(page), [], "the help");
    await page.goto(`${server.url}/?where=nowhere`);
    await page.getByText("No traces found").waitFor();
    assertEquals(await findSerious(page), [], "nothing found");
    await page.setViewportSize({ width: 360, height: 640 });
    await page.goto(server.url);
    await firstRow.waitFor();
    assertEquals(await findSerious(page), [], "a narrow screen");
    const overflow = await page.locator("body").evaluate((body) =>
      body.scrollWidth - body.clientWidth
    );
    assertEquals(overflow, 0, "the page scrolls sideways");
  });
}

browserTest("all of it can be used with the keyboard alone", async (open) => {
  await using server = await serveTestPage(
    new TestSource(generateSpans({ spanCount: 2_000 })),
  );
  const { page, problems } = await open(server.url);
  const selected = page.locator(".table-body [aria-selected=true]");
  await page.locator(".table-body [role=row]").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  assertEquals(await selected.getAttribute("aria-rowindex"), "3");
  await page.keyboard.press("E");
  await page.locator(".table-body [aria-selected=true].has-errors").waitFor();
  await page.keyboard.press("s");
  await page.waitForURL("**/?sort=-duration");
  await page.keyboard.press("S");
  await page.waitForURL((url) => url.search === "");
  await selected.waitFor();
  await page.keyboard.press("m");
  await page.keyboard.press("j");
  await page.keyboard.press("m");
  await page.keyboard.press("4");
  await page.waitForURL("**/diff?a=*&b=*");
  await page.getByRole("grid", { name: "Operations of both" }).waitFor();
  await page.keyboard.press("1");
  await selected.waitFor();
  const name = await selected.locator(".trace-name").innerText();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name }).waitFor();
  await page.keyboard.press("2");
  await page.getByRole("tab", { name: /^Operations/ }).waitFor();
  await page.getByRole("tab", { name: /^Operations/ }).focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForURL("**/stats?table=endpoint");
  await page.keyboard.press("?");
  const help = page.getByRole("dialog");
  await help.getByText("Everywhere").waitFor();
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "hidden" });
  await page.keyboard.press("1");
  await page.locator(".table-body [role=row]").first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("error");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/?where=error");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.waitForURL((url) => url.search === "");
  assertEquals(problems, []);
});

browserTest("the theme follows the system until one is chosen, and is remembered", async (open) => {
  await using server = await serveTestPage(new TestSource());
  const { page, problems } = await open(server.url, { colorScheme: "dark" });
  const theme = (): Promise<string | null> => page.locator("html").getAttribute("data-theme");
  await page.getByRole("button", { name: "Theme: as the system" }).waitFor();
  assertEquals(await theme(), "dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.locator("html[data-theme=light]").waitFor();
  await page.keyboard.press("T");
  await page.keyboard.press("T");
  await page.getByRole("button", { name: "Theme: dark" }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: "Theme: dark" }).waitFor();
  assertEquals(await theme(), "dark");
  assertEquals(problems, []);
});
