import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { createAttributes } from "../../src/model/attributes.ts";
import type { Span } from "../../src/model/span.ts";
import { browserTest, serveTestPage, type TestServer, TestSource } from "../testing/web_page.ts";

const NOW = BigInt(Date.now()) * 1_000_000n;

/** A trace of one span, by number; later ones start later. */
function job(number: number, state: Span["state"] = "ended"): Span {
  const start = NOW + BigInt(number) * 1_000_000n;
  return {
    traceId: `t${number}`,
    spanId: "a",
    name: `job ${number}`,
    kind: "function",
    startTimeUnixNano: start,
    ...(state === "ended" && { endTimeUnixNano: start + 5_000_000n }),
    state,
    attributes: createAttributes(),
  };
}

function jobs(count: number): Span[] {
  return Array.from({ length: count }, (_, number) => job(number));
}

async function waitForRow(page: Page, name: string): Promise<void> {
  await page.getByRole("link", { name, exact: true }).waitFor();
}

browserTest("new traces appear, running ones grow and end", async (open) => {
  const source = new TestSource();
  await using server = await serveTestPage(source);
  const { page, problems } = await open(server.url);
  await page.getByText("trace run -- COMMAND").waitFor();
  source.traces.add(job(1, "running"));
  await waitForRow(page, "job 1");
  const duration = page.locator(".table-body .duration.is-running");
  const before = await duration.getAttribute("title");
  await page.locator(`.table-body .duration.is-running:not([title="${before}"])`).waitFor();
  await page.getByText("1 running").first().waitFor();
  source.traces.add(job(1));
  await page.locator('.table-body .duration:not(.is-running)[title="5000000ns"]').waitFor();
  assertEquals(problems, []);
});

browserTest("who reads further down stays there, and is told of new traces", async (open) => {
  const source = new TestSource(jobs(500));
  await using server = await serveTestPage(source);
  const { page, problems } = await open(server.url);
  await waitForRow(page, "job 499");
  await page.locator(".table").evaluate((table) => table.scrollTop = 26 * 200);
  await waitForRow(page, "job 290");
  const top = (): Promise<number | undefined> =>
    page.getByRole("link", { name: "job 290", exact: true }).boundingBox().then((box) => box?.y);
  const before = await top();
  for (let number = 500; number < 530; number++) source.traces.add(job(number));
  const news = page.getByRole("button", { name: "30 new" });
  await news.waitFor();
  assertEquals(await top(), before);
  await news.click();
  await waitForRow(page, "job 529");
  await news.waitFor({ state: "detached" });
  assertEquals(problems, []);
});

browserTest("a page that is paused stands still until it goes on", async (open) => {
  const source = new TestSource(jobs(10));
  await using server = await serveTestPage(source);
  const { page, problems } = await open(server.url);
  await waitForRow(page, "job 9");
  await page.keyboard.press("p");
  source.traces.add(job(10));
  const goOn = page.getByRole("button", { name: "Paused, 1 new" });
  await goOn.waitFor();
  assertEquals(await page.getByRole("link", { name: "job 10", exact: true }).count(), 0);
  await goOn.click();
  await waitForRow(page, "job 10");
  assertEquals(problems, []);
});

browserTest("reloading in the middle of a live session loses nothing", async (open) => {
  const source = new TestSource(jobs(10));
  await using server = await serveTestPage(source);
  const { page, problems } = await open(`${server.url}/?where=job`);
  await waitForRow(page, "job 9");
  source.traces.add(job(10));
  await page.reload();
  await waitForRow(page, "job 10");
  source.traces.add(job(11));
  await waitForRow(page, "job 11");
  assertEquals(await page.getByRole("combobox").inputValue(), "job");
  assertEquals(problems, []);
});

/** Serves at a port that no system gives to whoever asks for any, so that it is still free afterwards. */
async function serveAtReservedPort(source: TestSource): Promise<TestServer> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    try {
      return await serveTestPage(source, port);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

browserTest("a server that goes is told, and what came meanwhile when it is back", async (open) => {
  const source = new TestSource(jobs(10));
  const first = await serveAtReservedPort(source);
  const { page } = await open(first.url);
  await waitForRow(page, "job 9");
  await first[Symbol.asyncDispose]();
  await page.getByText("The server does not answer").waitFor();
  await waitForRow(page, "job 9");
  for (let number = 10; number < 15; number++) source.traces.add(job(number));
  await using _second = await serveTestPage(source, first.port);
  await waitForRow(page, "job 14");
  await page.getByText("5 spans came meanwhile").waitFor();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.getByText("came meanwhile").waitFor({ state: "detached" });
});

browserTest("the end of a session is told", async (open) => {
  const source = new TestSource(jobs(3));
  await using server = await serveTestPage(source);
  const { page, problems } = await open(server.url);
  await page.getByText("Live", { exact: true }).waitFor();
  source.connection = "ended";
  source.traces.add(job(3));
  await page.getByText("The session has ended: no more spans will come.").waitFor();
  assert(await page.getByRole("button", { name: "Pause" }).count() === 0);
  assertEquals(problems, []);
});

browserTest("a recording plays, and its moment is in the address", async (open) => {
  const source = new TestSource(jobs(2_000));
  source.isRecording = true;
  source.connection = "end_of_file";
  await using server = await serveTestPage(source);
  const { page, problems } = await open(server.url);
  const player = page.getByRole("region", { name: "Player" });
  const seek = player.getByRole("slider");
  await seek.fill("5000");
  await page.waitForURL(/at=\d+/);
  await page.locator(".list-head", { hasText: /^1,00\d traces/ }).waitFor();
  await player.getByRole("combobox", { name: "Speed" }).selectOption("0.1");
  await player.getByRole("button", { name: "Play the recording" }).click();
  await page.locator(".list-head", { hasText: /^(?!1,00\d)\d/ }).waitFor();
  await player.getByRole("button", { name: "Whole" }).click();
  await page.locator(".list-head", { hasText: "2,000 traces" }).waitFor();
  assertEquals(new URL(page.url()).search, "");
  assertEquals(problems, []);
});

browserTest("a page that nobody looked at says what came meanwhile", async (open) => {
  const source = new TestSource(jobs(10));
  await using server = await serveTestPage(source);
  const { page, problems } = await open(server.url);
  await waitForRow(page, "job 9");
  const setVisibility = (state: string): Promise<void> =>
    page.evaluate(
      `Object.defineProperty(document, "visibilityState", { value: ${
        JSON.stringify(state)
      }, configurable: true });` +
        `document.dispatchEvent(new Event("visibilitychange"))`,
    );
  await page.clock.install();
  await setVisibility("hidden");
  for (let number = 10; number < 17; number++) source.traces.add(job(number));
  await page.clock.fastForward(90_000);
  await setVisibility("visible");
  await page.getByText(/Away for 1m3\ds: 7 spans came meanwhile/).waitFor();
  await waitForRow(page, "job 16");
  assertEquals(problems, []);
});
