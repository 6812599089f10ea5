import { assert, assertEquals } from "@std/assert";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import { lineWidth } from "../../src/terminal/frame.ts";
import { createServicesPage } from "../../src/tui/services_page.ts";
import { makeSpan } from "../assemble/_make_span.ts";
import { assertGolden } from "./_golden.ts";
import { pageContext, PageDriver, SIZES } from "./_pages.ts";
import { shopStore } from "./_shop_traces.ts";

const WIDE = { columns: 220, rows: 50 };

function open(store = shopStore(), size = SIZES[0]): PageDriver {
  const context = pageContext(store, { nowUnixNano: undefined, size });
  return new PageDriver(createServicesPage(), context).work();
}

/** The title of the box that keys act on. */
function selectedBox(driver: PageDriver): string {
  return /┏━ (.+?) ━/.exec(driver.lines.join("\n"))?.[1] ?? "";
}

for (const size of SIZES) {
  const name = `${size.columns}x${size.rows}`;

  Deno.test(`services at ${name} have calls, errors and times`, async () => {
    await assertGolden(`services_${name}`, open(shopStore(), size).text);
  });
}

Deno.test("arrows lead from a service to what it calls, and back", () => {
  const driver = open(shopStore(), WIDE);
  assertEquals(selectedBox(driver), "gateway");
  assertEquals(selectedBox(driver.press("l")), "orders");
  assertEquals(selectedBox(driver.press("l")), "≡ postgresql shop");
  assertEquals(selectedBox(driver.press("k")), "mailer");
  assertEquals(selectedBox(driver.press("h")), "orders");
  assertEquals(selectedBox(driver.press("G")), "≡ redis");
  driver.send({ type: "mouse", action: "press", button: "left", row: 1, column: 3, clickCount: 1 });
  assertEquals(selectedBox(driver), "gateway");
});

Deno.test("Enter asks for the traces of a service; what sends no spans has none", () => {
  const driver = open(shopStore(), WIDE).press("l");
  assertEquals(driver.press("enter").command, { type: "query", text: 'service = "orders"' });
  assertEquals(driver.press("l", "enter").command?.type, "notice");
  const table = open();
  assertEquals(table.press("j", "enter").command, { type: "query", text: 'service = "orders"' });
});

Deno.test("t changes between map and table, and the selection stays", () => {
  const driver = open(shopStore(), WIDE).press("l", "t");
  assert(driver.selectedLine.includes("orders"), driver.selectedLine);
  assert(driver.lines[0].includes("SERVICE AND WHAT IT CALLS"));
  assertEquals(selectedBox(driver.press("t")), "orders");
});

Deno.test("a cycle of calls and a service that calls itself are drawn with an arrow back", () => {
  const store = new TraceStore();
  const services = ["a", "b", "a", "a"];
  services.forEach((service, at) => {
    store.add(makeSpan(`c${at}`, {
      parentId: at === 0 ? undefined : `s${at - 1}`,
      service,
      kind: "client",
      at,
      ms: 20 - at,
    }));
    store.add(
      makeSpan(`s${at}`, {
        parentId: `c${at}`,
        service: services[at + 1] ?? "b",
        kind: "server",
        at,
        ms: 19 - at,
      }),
    );
  });
  const driver = open(store, WIDE);
  assert(driver.text.includes("↺ a"), driver.text);
  assert(driver.press("t").text.includes("↺ a"));
});

Deno.test("without services the page says so", () => {
  const store = new TraceStore();
  store.add(makeSpan("a", { ms: 1 }));
  assert(open(store).lines[0].includes("No span says which service it is of"));
  assert(open(new TraceStore()).lines[0].includes("No traces yet"));
});

Deno.test("many services with hostile names fit every screen", () => {
  const store = new TraceStore();
  for (let at = 0; at < 60; at++) {
    store.add(makeSpan(`s${at}`, {
      parentId: at === 0 ? undefined : `s${Math.floor(at / 4)}`,
      service: `\x1b[31m\u202e検索${at}`,
      kind: "server",
      at,
      ms: 100 - at,
    }));
  }
  const driver = open(store);
  for (let columns = 1; columns <= 330; columns += columns < 30 ? 3 : 45) {
    for (let rows = 1; rows <= 50; rows += rows < 12 ? 2 : 9) {
      driver.context = { ...driver.context, size: { columns, rows } };
      for (const key of ["j", "l", "G", "h", "g", "t", "j", "t"]) {
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
