import { assert, assertEquals } from "@std/assert";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import { createAttributes } from "../../src/model/attributes.ts";
import type { Span } from "../../src/model/span.ts";
import { compileQuery } from "../../src/query/compile_query.ts";
import { lineText, lineWidth } from "../../src/terminal/frame.ts";
import { createTracePage, TracePage } from "../../src/tui/trace_page.ts";
import { openTraceState, SceneMemo } from "../../src/tui/trace_page_state.ts";
import { EPOCH, makeSpan } from "../assemble/_make_span.ts";
import { assertGolden } from "./_golden.ts";
import { pageContext, PageDriver, SIZES } from "./_pages.ts";
import { sampleStore } from "./_sample_traces.ts";
import { shopStore } from "./_shop_traces.ts";

function open(traceId = "order9", store = shopStore(), spanId?: string): PageDriver {
  const context = pageContext(store, { nowUnixNano: undefined });
  return new PageDriver(createTracePage({ traceId, spanId }), context);
}

// deno-lint-ignore no-control-regex
const HARMFUL = /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

function storeOf(spans: readonly Span[]): TraceStore {
  const store = new TraceStore();
  for (const span of spans) store.add(span);
  return store;
}

for (const size of SIZES) {
  const name = `${size.columns}x${size.rows}`;

  Deno.test(`a trace at ${name} has its figures, its tree, bars and the details of a span`, async () => {
    const driver = open();
    driver.context = { ...driver.context, size };
    await assertGolden(`trace_${name}`, driver.press("j", "j", "j", "j").text);
  });

  Deno.test(`a flame graph at ${name} has the figures of the selected box`, async () => {
    const driver = open();
    driver.context = { ...driver.context, size };
    await assertGolden(`flame_${name}`, driver.press("t", "j", "j", "j").text);
  });

  Deno.test(`a running trace at ${name} has bars that reach to now`, async () => {
    const driver = new PageDriver(
      createTracePage({ traceId: "t6" }),
      pageContext(sampleStore(), { size }),
    );
    await assertGolden(`trace_running_${name}`, driver.text);
  });
}

Deno.test("the critical path and repeated calls of a trace are tables", async () => {
  const driver = open().press("t", "t");
  const repeats = driver.text;
  await assertGolden("trace_tables", repeats + driver.press("t").text);
});

Deno.test("a group of siblings says how many there are, and opens with Enter, l and Space", () => {
  for (const key of ["enter", "l", "space"]) {
    const driver = open().press("j", "j", "j");
    assert(driver.selectedLine.includes("▸ ×12 p50 1.32ms  SELECT * FR"), driver.selectedLine);
    const before = driver.page.status?.(driver.context);
    assertEquals(before, ["row 4/9"]);
    driver.press(key);
    assertEquals(driver.page.status?.(driver.context), ["row 4/21"]);
    assertEquals(driver.press("h").page.status?.(driver.context), ["row 4/9"]);
  }
});

Deno.test("h folds a span, then goes to its parent; l unfolds it, then goes to its child", () => {
  const driver = open().press("j", "j");
  assert(driver.selectedLine.includes("▾ ← POST /orders  [orders]"));
  driver.press("h");
  assert(driver.selectedLine.includes("▸ ← POST /orders  +17  [orders]"), driver.selectedLine);
  driver.press("h");
  assert(driver.selectedLine.includes("→ POST orders"), driver.selectedLine);
  driver.press("l", "l");
  assert(driver.selectedLine.includes("▾ ← POST /orders  [orders]"), driver.selectedLine);
});

Deno.test("{ and } fold by level, C all", () => {
  const driver = open();
  const rows = (): string => driver.page.status?.(driver.context)[0] ?? "";
  assertEquals(rows(), "row 1/9");
  driver.press("C");
  assertEquals(rows(), "row 1/2");
  driver.press("}");
  assertEquals(rows(), "row 1/3");
  driver.press("}", "}");
  assertEquals(rows(), "row 1/8");
  driver.press("{");
  assertEquals(rows(), "row 1/6");
  driver.press("C", "C");
  assertEquals(rows(), "row 1/9");
});

Deno.test("details are about the row that is seen while the selected span is folded away", () => {
  const driver = open().press("G", "C");
  assert(driver.selectedLine.includes("→ POST orders"), driver.selectedLine);
  assert(driver.lines.some((line) => line.includes("name") && line.includes("POST orders")));
  assertEquals(driver.press("y").command, { type: "copy", text: "call", what: "span id" });
  assert(driver.press("C").selectedLine.includes("process mails"), driver.selectedLine);
});

Deno.test("E and e go to the next and the previous error, into what is folded, too", () => {
  const driver = open().press("C", "E");
  assert(driver.selectedLine.includes("billing.Charge"), driver.selectedLine);
  assert(driver.press("E").selectedLine.includes("POST /orders  [gateway]"));
  assert(driver.press("e").selectedLine.includes("billing.Charge"));
  const none = open("order1").press("E");
  assertEquals(none.command, { type: "notice", text: "No span of this trace failed" });
});

Deno.test("a search finds text in values and keys, marks rows, and goes on with n and N", () => {
  const driver = open();
  driver.context = { ...driver.context, size: SIZES[2] };
  driver.press("/").type("item = 1");
  assertEquals(driver.page.prompt, { label: "/", text: "item = 1" });
  driver.press("enter");
  assertEquals(driver.page.prompt, undefined);
  // 10 to 19 of the twelve statements of the tenth order, 9 to 20.
  assertEquals(driver.page.status?.(driver.context)[0], "/item = 1: 10 found");
  assert(driver.selectedLine.includes("WHERE item = 10"), driver.selectedLine);
  assert(driver.press("n").selectedLine.includes("WHERE item = 11"), driver.selectedLine);
  assert(driver.press("N", "N").selectedLine.includes("WHERE item = 19"), driver.selectedLine);
  assert(driver.press("n").selectedLine.includes("WHERE item = 10"));
  driver.press("escape");
  assertEquals(driver.page.status?.(driver.context).length, 1);
});

Deno.test("a search in braces is a query; one that cannot be read stays to be put right", () => {
  const driver = open().press("/").type("{ kind = producer }").press("enter");
  assert(driver.selectedLine.includes("send"), driver.selectedLine);
  driver.press("/").type("{ kind = }").press("enter");
  assertEquals(driver.command?.type, "notice");
  assertEquals(driver.page.prompt?.text, "{ kind = }");
  driver.press("escape");
  assertEquals(driver.page.prompt, undefined);
  driver.press("/").type("nowhere").press("enter");
  assertEquals(driver.command, { type: "notice", text: "Not found: nowhere" });
});

Deno.test("what the applied query finds is marked, and n and N go through it", () => {
  const driver = open();
  driver.context = { ...driver.context, query: compileQuery("kind = client") };
  const marked = driver.lines.filter((line) => line.startsWith("◆"));
  assertEquals(marked.length, 3);
  assert(driver.press("n").selectedLine.includes("POST orders"), driver.selectedLine);
  assert(driver.press("N").selectedLine.includes("GET limit:9"), driver.selectedLine);
  driver.context = { ...driver.context, query: compileQuery("duration > 0s") };
  assert(!driver.lines.some((line) => line.startsWith("◆")));
});

Deno.test("every key belongs to the prompt while a text is typed", () => {
  const driver = open().press("/").type("q1?").press("tab", "backspace");
  assertEquals(driver.page.prompt?.text, "q1");
  driver.send({ type: "paste", text: "a\nb" });
  assertEquals(driver.page.prompt?.text, "q1a b");
  assertEquals(driver.unused, []);
});

Deno.test("c leaves the critical path alone, and its stretches are heavier", () => {
  const driver = open().press("c");
  const lines = driver.lines.slice(2, 12).filter((line) => line !== "");
  assertEquals(driver.page.status?.(driver.context), ["row 1/8"]);
  assert(lines.every((line) => line.startsWith("─") || line.includes("┃")), lines.join("\n"));
  assert(!driver.lines.some((line) => line.includes("process mails")));
  driver.press("escape");
  assertEquals(driver.page.status?.(driver.context), ["row 1/9"]);
});

Deno.test("z zooms the axis to a span, Z and Escape go back", () => {
  const driver = open().press("j", "j", "j", "j");
  driver.context = { ...driver.context, size: SIZES[1] };
  const [, before] = driver.lines;
  driver.press("z");
  const [, zoomed] = driver.lines;
  assert(zoomed.includes("zoom 21.4ms–52.6ms"), zoomed);
  // What began before and ended after fills the axis, what comes later is told by an arrow.
  assert(driver.lines.some((line) => line.includes("process mails") && line.includes("▸│")));
  assertEquals(driver.press("Z").lines[1], before);
  assertEquals(driver.press("z", "escape").lines[1], before);
});

Deno.test("Tab goes to the details, where y copies a value and Enter follows a link", () => {
  const link = { traceId: "other", spanId: "x", attributes: createAttributes() };
  const store = storeOf([
    makeSpan("a", { ms: 5, attrs: { query: "SELECT\n 1" }, links: [link] }),
    makeSpan("x", { traceId: "other", ms: 5, name: "linked" }),
  ]);
  const driver = open("t", store);
  driver.press("tab");
  const find = (text: string): void => {
    driver.press("g");
    while (!driver.lines.some((line) => line.startsWith("▌") && line.includes(text))) {
      driver.press("j");
    }
  };
  find("query");
  assertEquals(driver.press("y").command, { type: "copy", text: "SELECT\n 1", what: "query" });
  assertEquals(driver.press("f").command, { type: "query", text: '."query" = "SELECT\\n 1"' });
  find("x of trace other");
  driver.press("enter");
  const { opened } = driver;
  assert(opened.lines[0].includes("linked"));
  const alone = open("t", storeOf([makeSpan("a", { ms: 5, links: [link] })]));
  alone.press("tab", "G", "enter");
  assertEquals(alone.command?.type, "notice");
});

Deno.test("ids are copied and the browser is opened at the span", () => {
  const driver = open().press("j");
  assertEquals(driver.press("y").command, { type: "copy", text: "call", what: "span id" });
  assertEquals(driver.press("Y").command, { type: "copy", text: "order9", what: "trace id" });
  assertEquals(driver.press("o").command, { type: "browse", path: "/t/order9/call" });
  // Any text may be an id; none leads out of the page.
  const hostile = open("../x", storeOf([makeSpan("a/b", { traceId: "../x", ms: 1 })]));
  assertEquals(hostile.press("o").command, { type: "browse", path: "/t/~Li4veA/~YS9i" });
});

Deno.test("Escape undoes one thing after the other, and is the app's at last", () => {
  const driver = open().press("z", "c", "t", "enter", "tab");
  for (let turn = 0; turn < 5; turn++) driver.press("escape");
  assertEquals(driver.unused, []);
  driver.press("escape");
  assertEquals(driver.unused, ["escape"]);
});

Deno.test("a page that is opened at a span shows and selects it", () => {
  const driver = open("order9", shopStore(), "stock7");
  driver.context = { ...driver.context, size: SIZES[2] };
  assert(driver.selectedLine.includes("WHERE item = 16"), driver.selectedLine);
});

Deno.test("the selection stays at its span while the trace grows above it", () => {
  const store = storeOf([
    makeSpan("root", { at: 0 }),
    makeSpan("late", { parentId: "root", at: 50, ms: 1 }),
  ]);
  const driver = open("t", store).press("j");
  assert(driver.selectedLine.includes("late"));
  for (let at = 0; at < 4; at++) {
    store.add(makeSpan(`early${at}`, { parentId: "root", at: 1 + at, ms: 1 }));
  }
  assert(driver.selectedLine.includes("late"), driver.text);
  assertEquals(driver.page.status?.(driver.context), ["row 6/6"]);
});

Deno.test("a trace that takes long to lay out is looked at anew after a pause, while it grows", () => {
  const store = storeOf([makeSpan("root", { at: 0 })]);
  let ms = 0;
  // Each look at the clock takes 20 ms.
  const memo = new SceneMemo(() => ms += 20);
  const page = new TracePage(openTraceState("t", undefined), memo);
  const driver = new PageDriver(page, pageContext(store));
  const rows = (): string | undefined => driver.page.status?.(driver.context)?.[0];
  assertEquals(rows(), "row 1/1");
  assertEquals(driver.page.work?.(driver.context, 8), undefined);
  store.add(makeSpan("late", { parentId: "root", at: 50, ms: 1 }));
  assertEquals(rows(), "row 1/1");
  // The same page asks to be called again.
  assertEquals(driver.page.work?.(driver.context, 8), driver.page);
  ms += 1_000;
  const next = driver.page.work?.(driver.context, 8);
  assert(next !== driver.page);
  driver.page = next ?? driver.page;
  assertEquals(rows(), "row 1/2");
  assertEquals(driver.page.work?.(driver.context, 8), undefined);
});

Deno.test("running spans grow, and those of a program that died are marked", () => {
  const driver = new PageDriver(createTracePage({ traceId: "t6" }), pageContext(sampleStore()));
  const time = (): string => driver.lines[2];
  assert(time().includes("2s…") && time().endsWith("▶"), time());
  driver.context = { ...driver.context, nowUnixNano: EPOCH + 12_000_000_000n };
  assert(time().includes("7s…"), time());
  const dead = new PageDriver(createTracePage({ traceId: "t4" }), pageContext(sampleStore()));
  assert(dead.lines[2].includes("no end") && dead.lines[2].endsWith("?"), dead.lines[2]);
  assert(dead.lines[0].includes("2 unfinished"), dead.lines[0]);
});

Deno.test("the mouse selects rows and boxes, opens groups, and scrolls", () => {
  const driver = open();
  const press = (row: number, column = 5, clickCount = 1): void => {
    driver.send({ type: "mouse", action: "press", button: "left", row, column, clickCount });
  };
  press(5);
  assert(driver.selectedLine.includes("×12"));
  press(5, 5, 2);
  assertEquals(driver.page.status?.(driver.context), ["row 4/21"]);
  press(20);
  assert(driver.selectedLine.includes("start"), driver.selectedLine);
  press(3);
  assert(driver.selectedLine.includes("POST orders"), driver.selectedLine);
  driver.send({
    type: "mouse",
    action: "wheel_down",
    button: "left",
    row: 3,
    column: 5,
    clickCount: 1,
  });
  assert(driver.lines[2].includes("SELECT") || driver.lines[2].includes("×12"), driver.lines[2]);
  driver.press("g", "t");
  press(4, 30);
  assert(driver.lines.some((line) => line.includes("▌POST /orders")), driver.text);
});

Deno.test("boxes of a flame graph are walked through, zoomed to, and left again", () => {
  const driver = open().press("t");
  assert(driver.selectedLine.startsWith("▌POST /orders 79.9ms"), driver.selectedLine);
  driver.press("j", "j", "j", "l");
  const figures = driver.lines.at(-10) ?? "";
  assert(driver.text.includes("12 spans  total 14.9ms"), figures);
  driver.press("enter");
  assert(driver.selectedLine.startsWith("▌SELECT * FROM stock WHERE item = ? ×12"), driver.text);
  driver.press("backspace");
  assert(!driver.selectedLine.startsWith("▌SELECT"));
  driver.press("backspace");
  assertEquals(driver.unused, ["backspace"]);
  driver.press("t", "t", "t");
  assert(
    driver.selectedLine.includes("SELECT * FROM stock") || driver.selectedLine.includes("×12"),
  );
});

Deno.test("a repeated call leads to its place in the tree", () => {
  const driver = open().press("t", "t", "enter");
  assert(driver.selectedLine.includes("×12"), driver.selectedLine);
});

Deno.test("a trace that is gone says so", () => {
  const driver = open("gone\x1b");
  assertEquals(driver.lines, [" Trace gone␛ is not here any more"]);
  assertEquals(driver.press("j").unused, ["j"]);
});

Deno.test("no screen is too small or too large, whatever spans are made of", () => {
  const store = sampleStore();
  for (const traceId of ["t2", "t3", "t6"]) {
    for (let columns = 1; columns <= 230; columns += columns < 24 ? 1 : 37) {
      for (let rows = 1; rows <= 50; rows += rows < 9 ? 1 : 8) {
        const size = { columns, rows };
        const driver = new PageDriver(createTracePage({ traceId }), pageContext(store, { size }));
        for (const key of ["j", "j", "tab", "j", "tab", "d", "t", "j", "t", "t", "t", "z", "c"]) {
          driver.press(key);
          const frame = driver.page.frame(driver.context);
          assert(
            frame.length <= rows,
            `${traceId} ${columns}x${rows} ${key}: ${frame.length} rows`,
          );
          for (const line of frame) {
            assert(lineWidth(line) <= columns, `${columns}x${rows} ${key}: ${lineText(line)}`);
          }
        }
      }
    }
  }
});

Deno.test("nothing harmful of a span's names, keys or values is in a frame", () => {
  const bad = "\x1b]52;c;AAAA\x07\x9b31m\u202e\u2066";
  const attributes = createAttributes([[bad, bad], ["list", [
    bad,
    createAttributes([[bad, bad]]),
  ]]]);
  const store = storeOf([
    makeSpan("a", {
      name: bad,
      ms: 5,
      service: bad,
      attributes,
      status: { code: "error", message: bad },
      events: [{ timeUnixNano: EPOCH, name: bad, attributes }],
      links: [{ traceId: bad, spanId: bad, attributes }],
      resource: attributes,
      traceState: bad,
    } as never),
    ...Array.from(
      { length: 6 },
      (_, at) => makeSpan(`c${at}`, { parentId: "a", name: bad, ms: 1, at }),
    ),
  ]);
  const driver = open("t", store);
  for (const size of SIZES) {
    driver.context = { ...driver.context, size };
    for (const key of ["j", "tab", "G", "k", "tab", "t", "t", "t", "t"]) {
      driver.press(key);
      for (const line of driver.page.frame(driver.context)) {
        for (const { text } of line) {
          assert(!HARMFUL.test(text), JSON.stringify(text));
        }
      }
    }
  }
});

Deno.test("a value of a megabyte is shown in part, and copied whole", () => {
  const value = "x".repeat(1_000_000);
  const driver = open("t", storeOf([makeSpan("a", { name: value, ms: 1, attrs: { value } })]));
  driver.press("tab");
  let text = "";
  for (let turn = 0; turn < 400 && !text.includes("more characters"); turn++) {
    text = driver.press("pagedown").text;
  }
  assert(text.includes("more characters; y copies all"));
  driver.press("G", "y");
  assertEquals(driver.command, { type: "copy", text: value, what: "value" });
});

Deno.test("a chain of 100,000 spans and a span with as many children are drawn and walked", () => {
  for (const parentOf of [(at: number) => at - 1, () => 0]) {
    const spans = Array.from({ length: 100_000 }, (_, at) =>
      makeSpan(`s${at}`, {
        parentId: at === 0 ? undefined : `s${parentOf(at)}`,
        name: `op${at}`,
        at: at * 0.001,
        ms: 1,
      }));
    const store = new TraceStore();
    for (const span of spans) store.add(span);
    const driver = open("t", store).press(
      "G",
      "k",
      "h",
      "l",
      "C",
      "C",
      "t",
      "j",
      "j",
      "t",
      "t",
      "t",
    );
    assertEquals(driver.unused, []);
    assert(driver.lines.length > 0);
  }
});
