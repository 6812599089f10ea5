import { assert, assertEquals } from "@std/assert";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import { lineWidth } from "../../src/terminal/frame.ts";
import { createDiffPage } from "../../src/tui/diff_page.ts";
import { createRandom } from "../assemble/_make_span.ts";
import { assertGolden } from "./_golden.ts";
import { pageContext, PageDriver, SIZES } from "./_pages.ts";
import { sampleStore } from "./_sample_traces.ts";
import { orderSpans } from "./_shop_traces.ts";

/** An order, and one that fails, takes longer, asks the database less and the cache not at all. */
function twoOrders(): TraceStore {
  const store = new TraceStore();
  for (const span of orderSpans("a", 1, { random: createRandom(1), slowerMs: 0 })) store.add(span);
  for (const span of orderSpans("b", 9, { random: createRandom(2), slowerMs: 40 })) {
    if (!/stock([6-9]|1)|limit/.test(span.spanId)) store.add(span);
  }
  return store;
}

function open(ids: readonly [string, string] = ["a", "b"], store = twoOrders()): PageDriver {
  return new PageDriver(createDiffPage(ids), pageContext(store, { nowUnixNano: undefined })).work();
}

for (const size of SIZES) {
  const name = `${size.columns}x${size.rows}`;

  Deno.test(`two traces at ${name} are told apart by what differs first`, async () => {
    const driver = open();
    driver.context = { ...driver.context, size };
    await assertGolden(`diff_${name}`, driver.text);
  });
}

Deno.test("the operation whose own time changed most comes first, what is gone has a mark", () => {
  const { lines } = open();
  const titles = lines.findIndex((line) => line.includes("OPERATION"));
  assert(lines[titles + 1].includes("▲ [orders] POST /orders"), lines[titles + 1]);
  assert(lines.some((line) => line.includes("1→-") && line.includes("− [billing] GET limit")));
});

Deno.test("x swaps the traces", () => {
  const driver = open().press("x").work();
  assert(driver.lines[0].includes("before") && driver.lines[0].includes("✗"), driver.lines[0]);
  assert(
    driver.lines.some((line) => line.includes("-→1") && line.includes("+ [billing] GET limit")),
  );
});

Deno.test("Enter and b show an operation in either trace", () => {
  const driver = open();
  while (!driver.selectedLine.includes("GET limit")) driver.press("j");
  assertEquals(driver.press("enter").command, {
    type: "notice",
    text: "It is not in the trace after",
  });
  driver.press("b");
  const { opened } = driver;
  assert(opened.selectedLine.includes("GET limit:1"), opened.selectedLine);
  assertEquals(driver.press("f").command?.type, "query");
  assertEquals(driver.press("y").command?.type, "copy");
});

Deno.test("equal traces differ in nothing", () => {
  const { lines } = open(["a", "a"]);
  assert(lines.some((line) => line.includes("No difference found")));
  assert(lines[2].includes("+0ns, as many spans"), lines[2]);
});

Deno.test("traces that are not there are named", () => {
  const driver = open(["a", "gone\x1b"]);
  assert(driver.lines[1].includes("trace gone␛ is not among the traces here"), driver.lines[1]);
  assertEquals(driver.press("enter", "b", "f", "y", "j").command, undefined);
});

Deno.test("no screen is too small for a comparison, nor any name harmful", () => {
  const driver = open(["t2", "t3"], sampleStore());
  for (let columns = 1; columns <= 230; columns += columns < 30 ? 1 : 40) {
    for (let rows = 1; rows <= 50; rows += rows < 16 ? 1 : 9) {
      driver.context = { ...driver.context, size: { columns, rows } };
      for (const key of ["j", "G", "k"]) {
        driver.press(key);
        const frame = driver.page.frame(driver.context);
        assert(frame.length <= rows);
        for (const line of frame) {
          assert(lineWidth(line) <= columns, `${columns}x${rows}`);
          // deno-lint-ignore no-control-regex
          for (const { text } of line) assert(!/[\x00-\x1f\x7f-\x9f\u202a-\u202e]/.test(text));
        }
      }
    }
  }
});
