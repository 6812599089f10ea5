import { assert, assertEquals } from "@std/assert";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import { compileQuery } from "../../src/query/compile_query.ts";
import { lineWidth } from "../../src/terminal/frame.ts";
import { createStatisticsPage } from "../../src/tui/statistics_page.ts";
import { assertGolden } from "./_golden.ts";
import { pageContext, PageDriver, SIZES } from "./_pages.ts";
import { sampleStore } from "./_sample_traces.ts";
import { shopStore } from "./_shop_traces.ts";

function open(store = shopStore()): PageDriver {
  return new PageDriver(createStatisticsPage(), pageContext(store, { nowUnixNano: undefined }))
    .work();
}

for (const size of SIZES) {
  const name = `${size.columns}x${size.rows}`;

  Deno.test(`statistics at ${name} have a table of operations`, async () => {
    const driver = open();
    driver.context = { ...driver.context, size };
    await assertGolden(`statistics_${name}`, driver.text);
  });
}

Deno.test("repeated calls, errors and critical paths have tables of their own", async () => {
  const driver = open();
  const tables = [3, 4, 5].map((tab) => {
    driver.press(...Array(tab === 3 ? 3 : 1).fill("l"));
    return driver.text;
  });
  await assertGolden("statistics_tables", tables.join("\n"));
});

Deno.test("s and S sort by another figure, and a click on its title, too", () => {
  const driver = open();
  const sorted = (): string => /\S+[▾▴]/.exec(driver.lines[1])?.[0] ?? "";
  assertEquals(sorted(), "TOTAL▾");
  assert(driver.selectedLine.includes("[gateway] POST /orders"), driver.selectedLine);
  driver.press("s", "s", "s", "s", "s", "s");
  assertEquals(sorted(), "COUNT▾");
  assert(driver.selectedLine.includes("[orders] SELECT * FROM"), driver.selectedLine);
  driver.press("S");
  assertEquals(sorted(), "MAX▾");
  driver.send({
    type: "mouse",
    action: "press",
    button: "left",
    row: 1,
    column: driver.lines[1].indexOf("ERRORS"),
    clickCount: 1,
  });
  assertEquals(sorted(), "ERRORS▾");
  driver.press("s", "s");
  assertEquals(sorted(), "NAME▴");
});

Deno.test("Enter asks for the traces of a row, with a query that finds them", () => {
  const store = shopStore();
  for (let tab = 0; tab < 12; tab++) {
    const driver = open(store).press(...Array(tab).fill("l"), "enter");
    if (driver.selectedLine === "") continue;
    const { query } = driver;
    const trace = store.trace("order9");
    assert(
      trace !== undefined && compileQuery(query).findSpans(trace).length > 0,
      query,
    );
  }
});

Deno.test("a repeated call and an error lead to one of their traces", () => {
  const driver = open().press("l", "l", "l", "v");
  const { opened } = driver;
  assert(opened.selectedLine.includes("POST /orders  [orders]"), opened.selectedLine);
  assertEquals(open().press("v").command?.type, "notice");
});

Deno.test("y copies the whole name", () => {
  const driver = open().press("l", "l", "y");
  assertEquals(driver.command, {
    type: "copy",
    text: "SELECT * FROM stock WHERE item = ?",
    what: "name",
  });
});

Deno.test("before anything is counted the page says so", () => {
  const context = pageContext(shopStore());
  assert(new PageDriver(createStatisticsPage(), context).lines[0].includes("Counting"));
  const empty = new PageDriver(createStatisticsPage(), pageContext(new TraceStore())).work();
  assertEquals(empty.press("j", "l", "enter", "y", "s").command, undefined);
});

Deno.test("no screen is too small for statistics, nor any name harmful", () => {
  const driver = open(sampleStore());
  for (let columns = 1; columns <= 230; columns += columns < 30 ? 1 : 40) {
    for (let rows = 1; rows <= 50; rows += rows < 15 ? 1 : 9) {
      driver.context = { ...driver.context, size: { columns, rows } };
      for (const key of ["l", "j", "G"]) {
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
