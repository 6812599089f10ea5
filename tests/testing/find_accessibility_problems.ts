import axe from "axe-core";
import type { Page } from "playwright-core";

/** What axe finds that people with assistive technology would stumble over, a line each. */
export async function findAccessibilityProblems(page: Page): Promise<string[]> {
  // Not as a script of the page, which its content security policy refuses.
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: axe.source });
  const { result } = await session.send("Runtime.evaluate", {
    expression: "axe.run(document).then(({ violations }) => JSON.stringify(violations))",
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  const violations: Violation[] = JSON.parse(String(result.value));
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`)
    );
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}
