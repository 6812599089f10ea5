import { assert, assertEquals } from "@std/assert";
import { sampleShop } from "../../scripts/sample_shop.ts";
import { browserTest, serveTestPage, TestSource } from "../testing/web_page.ts";

const ROWS = ".table-body [role=row]";
const UNTIL = 1_795_172_592_000_000_000n;

function shop(): TestSource {
  return new TestSource(sampleShop({ traceCount: 210, untilUnixNano: UNTIL }));
}

browserTest("statistics sort, and a row leads to the traces that it is about", async (open) => {
  await using server = await serveTestPage(shop());
  const { page, problems } = await open(`${server.url}/stats`);
  await page.locator(ROWS).first().waitFor();
  await page.getByRole("tab", { name: /^Errors/ }).click();
  await page.waitForURL("**/stats?table=errors");
  const first = page.locator(ROWS).first();
  await page.locator("[aria-sort=descending]", { hasText: "Errors" }).waitFor();
  const row = page.locator(ROWS, { hasText: "payments" }).filter({ hasText: "/charge" }).first();
  const errors = Number((await row.locator(".cell-errors").innerText()).split(/\s/)[0]);
  assert(errors > 0);
  await row.click();
  await page.locator(".list-head", { hasText: `${errors} of 210 traces` }).waitFor();
  await page.goBack();
  await page.getByRole("columnheader", { name: "p95" }).getByRole("button").click();
  await page.waitForURL(/by=-p95_ns/);
  await first.waitFor();
  assertEquals(problems, []);
});

browserTest("repeated calls lead to the span that repeats them", async (open) => {
  await using server = await serveTestPage(shop());
  const { page, problems } = await open(`${server.url}/stats?table=nplusone`);
  const row = page.locator(ROWS, { hasText: "SELECT * FROM products WHERE id = ?" });
  await row.waitFor();
  assert((await row.innerText()).includes("Cart.load"));
  await row.click();
  await page.waitForURL("**/t/*/*");
  await page.getByRole("heading", { name: "GET /cart" }).waitFor();
  assertEquals(problems, []);
});

browserTest("a service on the graph shows its calls alone", async (open) => {
  await using server = await serveTestPage(shop());
  const { page, problems } = await open(`${server.url}/services`);
  const orders = page.getByRole("button", { name: /^orders/ });
  await orders.waitFor();
  const all = await page.locator(ROWS).count();
  await orders.click();
  await page.locator(".service-node.is-selected").waitFor();
  const rows = await page.locator(ROWS).allInnerTexts();
  assert(rows.length > 1 && rows.length < all);
  assert(rows.every((text) => text.includes("orders")));
  await page.locator(ROWS, { hasText: "payments" }).click();
  await page.waitForURL(/where=/);
  await page.locator(".list-head", { hasText: "of 210 traces" }).waitFor();
  await page.locator(".trace-name", { hasText: "POST /orders" }).first().waitFor();
  assertEquals(problems, []);
});

browserTest("two traces that are marked are compared", async (open) => {
  await using server = await serveTestPage(shop());
  const { page, problems } = await open(`${server.url}/?where=rootName+%3D+%22POST+/orders%22`);
  await page.locator(ROWS).first().waitFor();
  const marks = page.getByRole("button", { name: "Mark for comparing" });
  await marks.nth(0).click();
  await marks.nth(1).click();
  assertEquals(await page.locator(".mark-button[aria-pressed=true]").allInnerTexts(), ["A", "B"]);
  await page.getByRole("link", { name: "Compare 2" }).click();
  await page.getByRole("grid", { name: "Operations of both" }).waitFor();
  await page.locator(ROWS, { hasText: "/charge" }).first().waitFor();
  const before = new URL(page.url()).searchParams;
  await page.getByRole("button", { name: "Swap the two" }).click();
  await page.waitForURL((url) => url.searchParams.get("a") === before.get("b"));
  await page.locator(ROWS).first().waitFor();
  assertEquals(problems, []);
});
