import type { CDPSession, Page } from "playwright-core";
import { createAttributes } from "../src/model/attributes.ts";
import type { Span } from "../src/model/span.ts";
import { encodeSpanLine } from "../src/wire/span_line/encode_span_line.ts";
import { traceCommand } from "../scripts/start_collector.ts";
import { chromiumPath, startChromium } from "../tests/testing/web_page.ts";
import { median, megabytes, printTable } from "./table.ts";

/** Options of {@linkcode benchPage}. */
export interface PageOptions {
  readonly spanCount: number;
  readonly runCount: number;
}

/**
 * The page of one large trace in Chromium, from a recording: when its first rows and when all of it is on the
 * screen, what the main thread computes for a frame (input, script, style, layout, paint), and its memory.
 */
export async function benchPage(folder: string, options: PageOptions): Promise<void> {
  if (chromiumPath === undefined) {
    console.log("\nThe page is not measured: Chromium is missing; TRACE_CHROMIUM may name one");
    return;
  }
  const file = `${folder}/page.jsonl`;
  await writeTrace(file, options.spanCount);
  const { command, args } = traceCommand();
  const server = new Deno.Command(command, {
    args: [...args, "view", file, "--web-address", "127.0.0.1:0", "--no-open", "--json"],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const browser = await startChromium();
  try {
    const url = await readUrl(server.stdout);
    const runs: PageFigures[] = [];
    for (let run = 0; run < options.runCount; run++) {
      const page = await browser.newPage({ viewport: { width: 1400, height: 860 } });
      runs.push(await measure(page, `${url}t/${TRACE_ID}`));
      await page.close();
    }
    const middle = (value: (run: PageFigures) => number): number => median(runs.map(value));
    printTable(
      `A trace of ${
        options.spanCount.toLocaleString("en")
      } spans in Chromium, medians of ${options.runCount} runs`,
      ["", "median", "p95", "worst"],
      [
        ["first rows painted", `${middle(({ firstMs }) => firstMs).toFixed(0)} ms`, "", ""],
        ["all spans shown", `${middle(({ wholeMs }) => wholeMs).toFixed(0)} ms`, "", ""],
        ...FRAME_KINDS.map((kind) => [
          `a frame of ${kind}`,
          ...[0.5, 0.95, 1].map((share) =>
            `${middle(({ frames }) => quantile(frames[kind], share)).toFixed(1)} ms`
          ),
        ]),
        ["memory of the page's script", megabytes(middle(({ heapBytes }) => heapBytes)), "", ""],
      ],
    );
  } finally {
    await browser.close();
    server.kill("SIGTERM");
    await server.status;
  }
}

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const FRAME_KINDS = ["scrolling", "zooming", "going down by key"] as const;

interface PageFigures {
  /** Since the page was asked for. */
  readonly firstMs: number;
  readonly wholeMs: number;
  /** Processor time of the main thread for each frame, in milliseconds. */
  readonly frames: Readonly<Record<typeof FRAME_KINDS[number], readonly number[]>>;
  readonly heapBytes: number;
}

async function measure(page: Page, url: string): Promise<PageFigures> {
  await page.goto(url, { waitUntil: "commit" });
  const firstMs = await paintedAt(page, ".tree-row");
  await page.locator(".trace-title .badge", { hasText: "reading" }).waitFor({ state: "detached" });
  const wholeMs = await paintedAt(page, ".tree-row");
  const session = await page.context().newCDPSession(page);
  const bars = (await page.locator(".bars").boundingBox())!;
  // What is prepared in the background is done when nothing has run for a while.
  await page.evaluate("new Promise((resolve) => requestIdleCallback(resolve))");
  await page.mouse.move(bars.x + bars.width / 2, bars.y + bars.height / 2);
  const scrolling = await measureFrames(session, async () => {
    for (let step = 0; step < 100; step++) await page.mouse.wheel(0, 240);
  });
  const zooming = await measureFrames(session, async () => {
    await page.keyboard.down("Control");
    for (let step = 0; step < 100; step++) await page.mouse.wheel(0, step < 50 ? -60 : 60);
    await page.keyboard.up("Control");
  });
  const byKey = await measureFrames(session, async () => {
    for (let step = 0; step < 100; step++) await page.keyboard.press("j");
  });
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  return {
    firstMs,
    wholeMs,
    frames: { scrolling, zooming, "going down by key": byKey },
    heapBytes: usedSize,
  };
}

/** When an element that is there now has been painted, in milliseconds since the page was asked for. */
async function paintedAt(page: Page, selector: string): Promise<number> {
  await page.locator(selector).first().waitFor();
  return await page.evaluate(
    "new Promise((resolve) => requestAnimationFrame(() => " +
      "setTimeout(() => resolve(performance.now()))))",
  );
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  /** Processor time, without that in which other programs had the processor. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** What the main thread computes from one frame that is handed on to the next, in milliseconds. */
async function measureFrames(session: CDPSession, act: () => Promise<void>): Promise<number[]> {
  const events: TraceEvent[] = [];
  const collect = ({ value }: { value: unknown[] }): void => {
    for (const event of value) events.push(event as TraceEvent);
  };
  session.on("Tracing.dataCollected", collect);
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["toplevel", "disabled-by-default-devtools.timeline"] },
  });
  await act();
  const isComplete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.end");
  await isComplete;
  session.off("Tracing.dataCollected", collect);
  const main = events.find(({ name, args }) =>
    name === "thread_name" && args.name === "CrRendererMain"
  );
  const own = events.filter(({ pid, tid }) => pid === main?.pid && tid === main?.tid)
    .sort((a, b) => a.ts - b.ts);
  const tasks = own.filter(({ name, ph }) => name.endsWith("::RunTask") && ph === "X");
  const commits = own.filter(({ name }) => name === "Commit").map(({ ts }) => ts);
  const frames: number[] = [];
  let at = 0;
  for (const commit of commits) {
    let microseconds = 0;
    // The task that hands the frame on belongs to it.
    for (; at < tasks.length && tasks[at].ts <= commit; at++) {
      microseconds += tasks[at].tdur ?? tasks[at].dur ?? 0;
    }
    if (microseconds > 0) frames.push(microseconds / 1000);
  }
  return frames.sort((a, b) => a - b);
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

async function readUrl(stdout: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (
    const part of stdout.pipeThrough(new TextDecoderStream()).values({ preventCancel: true })
  ) {
    text += part;
    const url = /"(http:[^"]+)"/.exec(text)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error("trace view --web told no address");
}

/** Ten services call each other; each statement of a loop is a span, as in a program that repeats its calls. */
async function writeTrace(file: string, spanCount: number): Promise<void> {
  using output = await Deno.create(file);
  const writer = output.writable.getWriter();
  const encoder = new TextEncoder();
  const start = 1_795_172_592_000_000_000n;
  const resources = Array.from(
    { length: 10 },
    (_, number) => createAttributes([["service.name", `service ${number}`]]),
  );
  let lines = "";
  for (let number = 0; number < spanCount; number++) {
    const parent = number === 0 ? undefined : (number - 1) >> 3;
    const from = number === 0 ? 0 : Math.floor(Math.log2(number + 1) * 1e6 + (number % 977) * 9e5);
    const isStatement = number % 3 === 0 && number > 0;
    const span: Span = {
      traceId: TRACE_ID,
      spanId: number.toString(16).padStart(16, "0"),
      ...(parent !== undefined && { parentId: parent.toString(16).padStart(16, "0") }),
      name: isStatement ? "query" : `operation ${number % 40}`,
      kind: isStatement ? "sql" : "internal",
      startTimeUnixNano: start + BigInt(from),
      endTimeUnixNano: start + BigInt(number === 0 ? 2e9 : from + 1e6 + (number % 613) * 1e5),
      state: "ended",
      attributes: createAttributes([
        ["query", isStatement ? `SELECT * FROM items WHERE id = ${number}` : `step ${number}`],
        ["thread.id", BigInt(number % 64)],
      ]),
      ...(number % 400 === 1 && { status: { code: "error", message: "deadline exceeded" } }),
      resource: resources[(number >> 4) % 10],
    };
    lines += encodeSpanLine(span);
    if (lines.length < 1e6 && number < spanCount - 1) continue;
    await writer.write(encoder.encode(lines));
    lines = "";
  }
  await writer.close();
}
