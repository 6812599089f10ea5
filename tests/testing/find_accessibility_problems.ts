import { createRequire } from "node:module";
import type { Page } from "playwright-core";

/**
 * What axe finds that people with assistive technology would stumble over, a line each.
 *
 * @param page Opened with `bypassCSP`: axe is a script that the page's own policy does not know.
 */
export async function findAccessibilityProblems(page: Page): Promise<string[]> {
  const path = createRequire(import.meta.url).resolve("axe-core");
  await page.addScriptTag({ path });
  return await page.evaluate(async () => {
    // deno-lint-ignore no-explicit-any -- axe puts itself there
    const results = await (globalThis as any).axe.run();
    const lines: string[] = [];
    for (const { id, impact, nodes } of results.violations) {
      if (impact !== "serious" && impact !== "critical") continue;
      for (const { html, failureSummary } of nodes) {
        lines.push(`${id}: ${html.slice(0, 200)} ${failureSummary}`);
      }
    }
    return lines;
  });
}
