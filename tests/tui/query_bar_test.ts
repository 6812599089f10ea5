import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { lineText, lineWidth } from "../../src/terminal/frame.ts";
import { appFrame } from "../../src/tui/app_frame.ts";
import { type AppState, createAppState } from "../../src/tui/app_state.ts";
import { updateApp } from "../../src/tui/update_app.ts";
import { effectOf, openState, press, sampleStore, send } from "./_sample_traces.ts";

/** The bar of a state, opened, with a text typed into it. */
function typed(text: string, state: AppState = knowing()): AppState {
  return press(state, ":", ...Array.from(text, (each) => each === " " ? "space" : each));
}

/** A state that knows the names in its spans. */
function knowing(): AppState {
  const state = openState();
  const store = sampleStore();
  for (const id of ["t1", "t2"]) for (const span of store.spansOf(id)) state.names.add(span);
  return state;
}

function screen(state: AppState): string {
  return appFrame(state).map(lineText).join("\n");
}

Deno.test(": opens the query bar with what may be typed, Esc leaves it", () => {
  for (const key of [":", "Q"]) {
    const state = press(openState(), key);
    assertEquals(effectOf(openState(), key), { type: "learn_names" });
    assertStringIncludes(screen(state), "query: ");
    assertStringIncludes(screen(state), "duration");
    assertEquals(press(state, "escape").queryBar, undefined);
  }
});

Deno.test("keys of the view are text in the bar, but Ctrl+C still quits", () => {
  const state = typed("q?1");
  assertEquals(state.queryBar?.text, "q?1");
  assertEquals(effectOf(state, "ctrl+c"), { type: "quit" });
});

Deno.test("Tab takes the first completion, Down goes to another", () => {
  assertEquals(press(typed("error && dur"), "tab").queryBar?.text, "error && duration ");
  const name = typed("name = ");
  const first = name.queryBar?.completions[0].text;
  const second = name.queryBar?.completions[1].text;
  assertEquals(press(name, "tab").queryBar?.text, `name = ${first} `);
  assertEquals(press(name, "down", "down", "tab").queryBar?.text, `name = ${second} `);
  assertEquals(press(name, "down", "enter").queryBar?.text, `name = ${first} `);
});

Deno.test("what is wrong is said while typing, and marked at its place", () => {
  const state = typed("duration > fast && error");
  const lines = appFrame(state).map(lineText);
  assertStringIncludes(lines[lines.length - 2], "column 12");
  const marked = appFrame(state)[23].find(({ style }) => style?.isUnderlined);
  assertEquals(marked?.text, "f");
  // It cannot be applied.
  assertEquals(effectOf(state, "enter"), undefined);
  assert(press(state, "enter").queryBar !== undefined);
});

Deno.test("Enter applies the query, which stays on the screen until Esc clears it", () => {
  const state = typed("error");
  const { state: applied, effect } = updateApp(state, { type: "key", key: "enter" });
  assertEquals(effect?.type === "select" && effect.query?.text, "error");
  assertEquals(applied.queryBar, undefined);
  assertStringIncludes(lineText(appFrame(applied)[0]), "where error");
  const small = { ...applied, size: { columns: 40, rows: 5 } };
  assertStringIncludes(screen(small), "where error");
  assertEquals(effectOf(applied, "escape"), {
    type: "select",
    query: undefined,
    sort: undefined,
  });
  // The bar begins with it, and an empty one shows all traces.
  assertEquals(press(applied, ":").queryBar?.text, "error");
  const cleared = press(applied, ":", "ctrl+u", "enter");
  assertEquals(cleared.query, undefined);
});

Deno.test("Up goes through the queries of the session", () => {
  let state = knowing();
  for (const text of ["error", "duration > 1ms", "error"]) {
    state = press(typed(text, press(state, ":", "ctrl+u", "enter")), "enter");
  }
  const open = press(state, ":", "ctrl+u");
  assertEquals(press(open, "up").queryBar?.text, "error");
  assertEquals(press(open, "up", "up").queryBar?.text, "duration > 1ms");
  assertEquals(press(open, "up", "up", "up").queryBar?.text, "duration > 1ms");
  assertEquals(press(open, "up", "up", "down").queryBar?.text, "error");
});

Deno.test("text is pasted as text: its line breaks are blanks, its controls are shown", () => {
  const state = send(press(openState(), ":"), { type: "paste", text: "name\n=\x1b]52;c;x\x07" });
  assertEquals(state.queryBar?.text, "name =\x1b]52;c;x\x07");
  for (const line of appFrame(state)) {
    for (const { text } of line) assert(!/\p{Cc}/u.test(text), text);
  }
});

Deno.test("the bar fits every screen, whatever is in it", () => {
  const texts = ["", "error", '名前 = "検索 😀" && dur', "name = ", "x".repeat(500), "duration > "];
  for (const text of texts) {
    for (const columns of [1, 2, 7, 20, 80, 220]) {
      for (const rows of [1, 2, 3, 5, 8, 24]) {
        const state = { ...typed(text), size: { columns, rows } };
        const lines = appFrame(state);
        assertEquals(lines.length, rows, `${text} at ${columns}x${rows}`);
        for (const line of lines) assert(lineWidth(line) <= columns, `${columns}x${rows} ${text}`);
      }
    }
  }
});

Deno.test("a view may begin with a query", () => {
  const { feed, size, nowUnixNano } = openState();
  const query = typed("error");
  const applied = press(query, "enter").query;
  const state = createAppState({ feed, size, nowUnixNano, query: applied });
  assertStringIncludes(lineText(appFrame(state)[0]), "where error");
  assertEquals(press(state, ":", "ctrl+u", "up").queryBar?.text, "error");
});
