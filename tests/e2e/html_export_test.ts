import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Span } from "../../src/model/span.ts";
import { HtmlExporter } from "../../src/web/html_exporter.ts";
import { findAccessibilityProblems } from "../testing/find_accessibility_problems.ts";
import { hostileSpans, shopTrace } from "../testing/shop_trace.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { browserTest } from "../testing/web_page.ts";

/** Writes a page of spans, and returns its address. */
async function writePage(folder: string, spans: readonly Span[]): Promise<string> {
  const exporter = new HtmlExporter();
  const parts = [exporter.begin(), ...spans.map((span) => exporter.span(span)), exporter.end()];
  const path = join(folder, "traces.html");
  await Deno.writeTextFile(path, parts.join(""));
  return pathToFileURL(path).href;
}

browserTest("an exported page opens from disk and asks for nothing", async (open) => {
  await inTemporaryFolder(async (folder) => {
    const url = await writePage(folder, shopTrace());
    const { page, problems } = await open(url);
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    await page.locator(".table-body [role=row]", { hasText: "POST /checkout" }).click();
    await page.locator(".tree-row", { hasText: "POST /charge" }).click();
    await page.waitForURL("**#/t/4bf92f3577b34da6a3ce929d0e0e4736/charge");
    assertMatch(await page.getByRole("complementary").innerText(), /card declined/);
    for (const [name, text] of [["Statistics", "load cart"], ["Services", "billing"]]) {
      await page.getByRole("navigation").getByRole("link", { name }).click();
      await page.locator("main", { hasText: text }).waitFor();
    }
    await page.goBack();
    assertEquals(requests, []);
    await page.goto(`${url}#/t/4bf92f3577b34da6a3ce929d0e0e4736`);
    await page.getByRole("tab", { name: "JSON" }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: /^Download/ }).click();
    const lines = await Deno.readTextFile(await (await download).path());
    assertEquals(lines.trim().split("\n").length, shopTrace().length);
    assertEquals(problems, []);
  });
});

browserTest("a link into an exported page leads to its span", async (open) => {
  await inTemporaryFolder(async (folder) => {
    const url = await writePage(folder, shopTrace());
    const { page, problems } = await open(`${url}#/t/4bf92f3577b34da6a3ce929d0e0e4736/query2`);
    await page.locator(".tree-row.selected").waitFor();
    assertMatch(await page.getByRole("complementary").innerText(), /span id\s+query2/);
    assertEquals(problems, []);
  });
});

browserTest("hostile spans stay data in an exported page", async (open) => {
  await inTemporaryFolder(async (folder) => {
    const url = await writePage(folder, hostileSpans());
    const { page, problems } = await open(url);
    await page.locator(".table-body [role=row]").first().click();
    await page.locator(".tree-row").first().click();
    const details = page.getByRole("complementary");
    assertMatch(await details.innerText(), /<\/script><img src=x onerror="alert\(1\)">/);
    assertEquals(await page.locator("main img, body > img").count(), 0);
    // The one that draws the page.
    assertEquals(await page.locator("script").count(), 1);
    assertEquals(problems, []);
  });
});

browserTest("a policy in an exported page lets its own script run and no other", async (open) => {
  await inTemporaryFolder(async (folder) => {
    const { page } = await open(await writePage(folder, shopTrace()));
    await page.locator(".table-body [role=row]").first().waitFor();
    const hasRun = await page.evaluate(`new Promise((resolve) => {
      const script = document.createElement("script");
      script.textContent = "globalThis.hasRun = true";
      document.body.append(script);
      setTimeout(() => resolve(globalThis.hasRun === true));
    })`).catch(() => false);
    assert(!hasRun);
  });
});

browserTest("an accessibility checker finds nothing serious in an exported page", async (open) => {
  await inTemporaryFolder(async (folder) => {
    const url = await writePage(folder, shopTrace());
    const { page } = await open(`${url}#/t/4bf92f3577b34da6a3ce929d0e0e4736/charge`);
    await page.getByRole("complementary").waitFor();
    assertEquals(await findAccessibilityProblems(page), []);
  });
});
