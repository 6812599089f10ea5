import { assert, assertEquals } from "@std/assert";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import { comparePositions, listHeight, rowsBetween } from "../../src/tui/positions.ts";
import { selectedPosition, topPosition } from "../../src/tui/positions.ts";
import type { TraceList } from "../../src/assemble/trace_list.ts";
import { lineText } from "../../src/terminal/frame.ts";
import { appFrame } from "../../src/tui/app_frame.ts";
import type { Page } from "../../src/tui/page.ts";
import { type AppState, currentPage, pageContext } from "../../src/tui/app_state.ts";
import { updateApp } from "../../src/tui/update_app.ts";
import { createRandom, makeSpan } from "../assemble/_make_span.ts";
import {
  effectOf,
  largeStore,
  listOf,
  openState,
  press,
  requestSpans,
  send,
} from "./_sample_traces.ts";

/** Trace id and row of what is selected. */
function selection(state: AppState): string {
  const { sequence, row } = selectedPosition(listOf(state));
  const entry = state.traces.entryAt(state.traces.indexOf(sequence));
  return `${entry?.traceId}:${row}`;
}

function fileState(store = largeStore(10, 5)): AppState {
  return openState({ traces: store, connection: "end_of_file" });
}

Deno.test("a live view follows the newest trace, a file starts at its top", () => {
  assertEquals(listOf(openState()).isFollowing, true);
  assertEquals(selection(openState()), "t6:0");
  assertEquals(selection(fileState()), "t0:0");
});

Deno.test("j and k, Down and Up go from trace to trace", () => {
  assertEquals(selection(press(fileState(), "j", "down", "j")), "t3:0");
  assertEquals(selection(press(fileState(), "j", "j", "k", "up")), "t0:0");
  assertEquals(selection(press(fileState(), "k")), "t0:0");
  assertEquals(selection(press(fileState(), ...Array(20).fill("j"))), "t9:0");
});

Deno.test("J and K go from row to row, k goes to the trace's own header first", () => {
  assertEquals(selection(press(fileState(), "J", "J")), "t0:2");
  assertEquals(selection(press(fileState(), ...Array(6).fill("J"))), "t1:1");
  assertEquals(selection(press(fileState(), ...Array(6).fill("J"), "K", "K")), "t0:4");
  assertEquals(selection(press(fileState(), "j", "J", "J", "k")), "t1:0");
});

Deno.test("any way up leaves follow mode, G and End go back to it", () => {
  for (const key of ["k", "up", "K", "ctrl+u", "pageup", "g", "home"]) {
    const left = press(openState({ traces: largeStore(20, 5) }), key);
    assertEquals(listOf(left).isFollowing, false, key);
    for (const back of ["G", "end"]) assertEquals(listOf(press(left, back)).isFollowing, true);
  }
});

Deno.test("down at the newest trace keeps following", () => {
  for (const key of ["j", "J", "ctrl+d"]) {
    const store = new TraceStore();
    store.add(makeSpan("r", { ms: 1 }));
    assertEquals(listOf(press(openState({ traces: store }), key)).isFollowing, true, key);
  }
});

Deno.test("a followed list selects each new trace, a list that was left stays where it is", () => {
  const store = largeStore(10, 5);
  const followed = openState({ traces: store });
  const left = press(followed, "k");
  const top = topPosition(listOf(left));
  for (const span of requestSpans("new")) store.add(span);
  assertEquals(selection(followed), "new:0");
  assertEquals(selection(left), "t8:0");
  assertEquals(topPosition(listOf(left)), top);
});

Deno.test("leaving follow mode does not make the screen jump", () => {
  const followed = openState({ traces: largeStore(20, 5) });
  const left = press(followed, "k");
  assertEquals(topPosition(listOf(left)), topPosition(listOf(followed)));
});

Deno.test("pages go down and up again", () => {
  const state = fileState(largeStore(100, 5));
  const down = press(state, "ctrl+d", "pagedown");
  // Twice 22 rows, less a line each time for orientation and one for the pinned header.
  assertEquals(
    rowsBetween(listOf(down), topPosition(listOf(state)), topPosition(listOf(down)), 999),
    41,
  );
  assertEquals(selection(press(down, "ctrl+u", "pageup")), "t0:0");
});

Deno.test("g goes to the top", () => {
  const state = press(openState({ traces: largeStore(50, 5) }), "g");
  assertEquals(selection(state), "t0:0");
  assertEquals(topPosition(listOf(state)).row, 0);
});

Deno.test("Space, h and l fold and unfold", () => {
  const rowsOf = (state: AppState): number => {
    const next = press(state, "j");
    return rowsBetween(
      listOf(state),
      selectedPosition(listOf(state)),
      selectedPosition(listOf(next)),
      99,
    );
  };
  const state = fileState();
  assertEquals(rowsOf(state), 5);
  for (const key of ["space", "h", "left"]) {
    assertEquals(rowsOf(press(state, key)), 1, key);
  }
  for (const key of ["space", "l", "right"]) {
    assertEquals(rowsOf(press(state, "h", key)), 5, key);
  }
  assertEquals(rowsOf(press(state, "C")), 1);
  assertEquals(rowsOf(press(state, "C", "space")), 5);
  assertEquals(rowsOf(press(state, "C", "C")), 5);
});

Deno.test("collapsing from within a trace selects its header", () => {
  assertEquals(selection(press(fileState(), "j", "J", "J", "h")), "t1:0");
});

Deno.test("a search finds text in names and attributes, round the end of the list", () => {
  const state = press(openState(), "/", ..."users where", "enter");
  assertEquals(state.notice, undefined);
  assertEquals(selection(state), "t1:2");
  assertEquals(selection(press(state, "n")), "t5:2");
  assertEquals(selection(press(state, "n", "n")), "t1:2");
  assertEquals(selection(press(state, "N")), "t5:2");
});

Deno.test("capitals count in a search only if it has some", () => {
  assertEquals(selection(press(openState(), "/", ..."insert into", "enter")), "t2:2");
  const exact = press(openState(), "/", ..."Insert", "enter");
  assertEquals(exact.notice, "Not found: Insert");
  assertEquals(selection(exact), "t6:0");
});

Deno.test("a search can be edited, pasted into and given up", () => {
  const typed = press(openState(), "/", "a", "漢", "backspace", "space", "b");
  assertEquals(listOf(typed).search.draft, "a b");
  assertEquals(listOf(send(typed, { type: "paste", text: "c\nd" })).search.draft, "a bc d");
  assertEquals(listOf(press(typed, "ctrl+u")).search.draft, "");
  assertEquals(listOf(press(typed, "escape")).search.draft, undefined);
  assertEquals(listOf(press(typed, "enter", "escape")).search.text, "");
  assertEquals(effectOf(typed, "q"), undefined);
  assertEquals(effectOf(typed, "ctrl+c"), { type: "quit" });
  assert(press(openState(), "n").notice?.includes("press /"));
  assertEquals(updateApp(openState(), { type: "paste", text: "q" }).effect, undefined);
});

Deno.test("a match in a collapsed trace expands it", () => {
  const state = press(openState(), "C", "/", ..."deadlock", "enter");
  assertEquals(selection(state), "t2:2");
});

Deno.test("E goes from error to error", () => {
  const state = press(openState(), "E");
  assertEquals(selection(state), "t2:0");
  assertEquals(selection(press(state, "E")), "t2:2");
  assertEquals(press(fileState(), "E").notice, "No span with an error");
});

Deno.test("help opens and any key leaves it", () => {
  const open = press(openState(), "?");
  assertEquals(currentPage(open).title, "Help");
  assertEquals(currentPage(press(open, "q")).title, "Traces");
  assertEquals(effectOf(open, "q"), undefined);
});

Deno.test("q and Ctrl+C quit", () => {
  for (const key of ["q", "ctrl+c"]) assertEquals(effectOf(openState(), key), { type: "quit" });
});

Deno.test("an empty list takes every key", () => {
  const keys = ["j", "k", "J", "K", "ctrl+d", "ctrl+u", "g", "G", "space", "h", "l", "C", "E", "n"];
  const state = press(openState({ traces: new TraceStore() }), ...keys, "/", "x", "enter");
  assertEquals(state.notice, "Not found: x");
});

Deno.test("when the selected trace is evicted the next one is selected", () => {
  const store = new TraceStore({ maxTraces: 3 });
  for (const id of ["a", "b", "c"]) store.add(makeSpan("r", { traceId: id, ms: 1 }));
  const state = openState({ traces: store, connection: "end_of_file" });
  const selected = press(state, "j");
  assertEquals(selection(selected), "b:0");
  for (const id of ["d", "e"]) store.add(makeSpan("r", { traceId: id, ms: 1 }));
  assertEquals(selection(selected), "c:0");
  assertEquals(selection(press(selected, "j")), "d:0");
});

Deno.test("a selected span stays selected when its tree grows above it", () => {
  const store = new TraceStore();
  store.add(makeSpan("r", { traceId: "t" }));
  store.add(makeSpan("a", { traceId: "t", parentId: "r", at: 1, ms: 1 }));
  store.add(makeSpan("b", { traceId: "t", parentId: "r", at: 5, ms: 1 }));
  const state = press(openState({ traces: store }), "g", "J", "J");
  assertEquals(selection(state), "t:2");
  store.add(makeSpan("a1", { traceId: "t", parentId: "a", at: 2, ms: 1 }));
  assertEquals(selection(state), "t:3");
  assertEquals(selection(press(state, "K")), "t:2");
});

Deno.test("whatever keys come and spans arrive, the selected row is in sight", () => {
  const random = createRandom(23);
  const keys = "j j j J J J k K ctrl+d ctrl+u g G space h l C E n / enter x ? escape".split(" ");
  const store = new TraceStore({ maxTraces: 30, maxSpansPerTrace: 40 });
  let state = openState({ traces: store, size: { columns: 60, rows: 12 } });
  for (let round = 0; round < 4_000; round++) {
    if (random() < 0.3) {
      const traceId = `t${Math.floor(random() * 60)}`;
      const at = Math.floor(random() * 60);
      const parentId = at === 0 ? undefined : `x${at >> 1}`;
      store.add(makeSpan(`x${at}`, { traceId, parentId, ms: random() < 0.7 ? 1 : undefined }));
      continue;
    }
    if (random() < 0.03) {
      const rows = 2 + Math.floor(random() * 20);
      state = send(state, { type: "resize", size: { columns: 60, rows } });
    }
    state = press(state, keys[Math.floor(random() * keys.length)]);
    assertInSight(state);
  }
});

function assertInSight(state: AppState): void {
  if (listOf(state).isFollowing || state.traces.traceCount === 0) return;
  const top = topPosition(listOf(state));
  const selected = selectedPosition(listOf(state));
  const height = listHeight(listOf(state));
  assert(comparePositions(listOf(state), top, selected) <= 0, "above the screen");
  assert(rowsBetween(listOf(state), top, selected, height) < height, "below the screen");
}

Deno.test("a hunt through more than a frame has time for goes on between frames", () => {
  const state = openState({ traces: largeStore(3_000, 5), connection: "end_of_file" });
  const { traces } = state;
  const slow: TraceList = new Proxy(traces, {
    get(target, key): unknown {
      if (key === "spansOf") busyFor(0.05);
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const begun = press({ ...state, traces: slow }, "/", ..."t2999/s4", "enter");
  assertEquals(selection(begun), "t0:0");
  assert(lineText(appFrame(begun)[23]).includes("searching"));
  let page: Page | undefined = currentPage(begun);
  let last = page;
  while (page !== undefined) {
    last = page;
    page = page.work?.(pageContext(begun), 50);
  }
  const done = send(begun, { type: "worked", page: currentPage(begun), next: last });
  assertEquals(selection(done), "t2999:3");
  // Escape ends it, and a second one is the app's.
  assertEquals(listOf(press(begun, "escape")).hunt, undefined);
  assertEquals(selection(press(begun, "escape")), "t0:0");
});

function busyFor(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}
