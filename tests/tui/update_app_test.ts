import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { lineText } from "../../src/terminal/frame.ts";
import { appFrame } from "../../src/tui/app_frame.ts";
import { type AppState, currentPage, pageContext } from "../../src/tui/app_state.ts";
import { updateApp } from "../../src/tui/update_app.ts";
import { createPlayer } from "../../src/views/player.ts";
import { EPOCH } from "../assemble/_make_span.ts";
import { selectedPosition } from "../../src/tui/positions.ts";
import { effectOf, feedOf, listOf, openState, press, sampleStore, send } from "./_sample_traces.ts";

function bar(state: AppState): string {
  return lineText(appFrame(state)[state.size.rows - 1]);
}

Deno.test("Enter opens the trace, and Esc, Backspace and q go back to where the list was", () => {
  const state = press(openState({ connection: "end_of_file" }), "j", "j");
  const opened = press(state, "enter");
  assertEquals(currentPage(opened).title, "Trace");
  for (const key of ["escape", "backspace", "q"]) {
    const back = press(opened, key);
    assertEquals(currentPage(back).title, "Traces");
    assertEquals(appFrame(back), appFrame(state));
    assertEquals(effectOf(opened, key), undefined);
  }
});

Deno.test("s goes through the orders and S back, each told", () => {
  const state = openState({ size: { columns: 120, rows: 24 } });
  const sorts = ["start", "newest", "duration", "spans", "errors", "name", undefined];
  let sorted = state;
  for (const sort of sorts) {
    assertEquals(effectOf(sorted, "s"), { type: "select", query: undefined, sort });
    sorted = press(sorted, "s");
    assertStringIncludes(lineText(appFrame(sorted)[0]), `sort: ${sort ?? "arrival"}`);
    assertStringIncludes(bar(sorted), "Sorted by");
  }
  assertEquals(press(state, "S").sort, "name");
});

Deno.test("another order begins at its top, and that of arrival follows a session again", () => {
  const state = openState();
  assertStringIncludes(bar(state), "FOLLOW");
  const sorted = press(state, "S");
  assertEquals(listOf(sorted).isFollowing, false);
  assertEquals(selectedPosition(listOf(sorted)).sequence, 1);
  assertEquals(listOf(press(sorted, "s")).isFollowing, true);
  // Who had left the end stays where the list is.
  assertEquals(listOf(press(state, "k", "S", "s")).isFollowing, true);
  const file = openState({ connection: "end_of_file" });
  assertEquals(listOf(press(file, "S", "s")).isFollowing, false);
});

Deno.test("o on a tab opens the same page with the same query", () => {
  const query = press(press(openState(), ":"), ...'name = "a b"', "enter");
  const path = (state: AppState): unknown => {
    const effect = effectOf(state, "o");
    return effect?.type === "browse" ? effect.path : effect;
  };
  assertEquals(path(press(openState(), "2")), "/stats");
  assertEquals(path(press(query, "3")), "/services?where=name%20%3D%20%22a%20b%22");
});

Deno.test("y copies the id of the trace or of the span, Y what the span says", () => {
  const state = openState({ connection: "end_of_file" });
  assertEquals(effectOf(state, "y"), { type: "copy", text: "t1" });
  assertEquals(effectOf(press(state, "J"), "y"), { type: "copy", text: "service" });
  const whole = effectOf(press(state, "J", "J"), "Y");
  const text = whole?.type === "copy" ? whole.text : "";
  assertStringIncludes(text, "name: SQL Query\n");
  assertStringIncludes(text, "query: SELECT *\n  FROM users\n WHERE id = ?");
  assertStringIncludes(bar(press(state, "y")), "Copied trace id, 2 characters");
});

Deno.test("more than the bound is not copied, and that is said", () => {
  const page = {
    ...currentPage(openState()),
    update: () => ({ page, command: { type: "copy", text: "x".repeat(70_000), what: "value" } }),
    frame: () => [],
  } as unknown as ReturnType<typeof currentPage>;
  const state = { ...openState(), tabs: [{ name: "traces" as const, pages: [page] }] };
  assertEquals(effectOf(state, "y"), undefined);
  assertStringIncludes(bar(press(state, "y")), "Not copied: value has 70,000 characters");
});

Deno.test("o opens what is selected in the browser, with escaped ids", () => {
  const state = openState({ connection: "end_of_file" });
  assertEquals(effectOf(state, "o"), { type: "browse", path: "/t/t1" });
  assertEquals(effectOf(press(state, "J"), "o"), { type: "browse", path: "/t/t1/service" });
});

Deno.test("p stops a live list and says what waits; p again lets it go on", () => {
  let waitingSpanCount = 0;
  const feed = {
    ...feedOf(sampleStore()),
    pause: () => {},
    get waitingSpanCount(): number {
      return waitingSpanCount;
    },
  };
  const state: AppState = { ...openState(), feed };
  assertEquals(effectOf(state, "p"), { type: "pause", isPaused: true });
  const paused = press(state, "p");
  assertStringIncludes(bar(paused), "PAUSED");
  waitingSpanCount = 1_234;
  assertStringIncludes(bar(paused), "PAUSED, 1,234 new spans");
  assertEquals(effectOf(paused, "p"), { type: "pause", isPaused: false });
  assert(!bar(press(paused, "p")).includes("PAUSED"));
  assertStringIncludes(bar(press(openState({ connection: "end_of_file" }), "p")), "Nothing comes");
});

Deno.test("the player begins at the start, plays, seeks and closes", () => {
  const state = openState({ connection: "end_of_file" });
  assertEquals(effectOf(state, "P"), { type: "play", isOn: true });
  const player = createPlayer(EPOCH, EPOCH + 10_000_000_000n);
  const open = send(state, { type: "player", player });
  assertStringIncludes(lineText(appFrame(open)[22]), "⏸ 1× 00:00.000 / 00:10.000");
  assertEquals(pageContext(open).nowUnixNano, EPOCH);
  const playing = press(open, "space", "+");
  const { state: later, effect } = updateApp(playing, {
    type: "tick",
    nowUnixNano: 0n,
    elapsedMs: 500,
  });
  assertEquals(effect, { type: "seek", unixNano: EPOCH + 1_000_000_000n });
  assertStringIncludes(lineText(appFrame(later)[22]), "▶ 2× 00:01.000");
  assertEquals(effectOf(later, "right"), { type: "seek", unixNano: EPOCH + 1_100_000_000n });
  assertEquals(effectOf(later, "shift+left"), { type: "seek", unixNano: EPOCH });
  assertEquals(effectOf(later, "."), {
    type: "step",
    unixNano: EPOCH + 1_000_000_000n,
    step: 1,
  });
  for (const key of ["P", "escape"]) {
    assertEquals(effectOf(later, key), { type: "play", isOn: false });
  }
  // Keys that are not the player's are the page's.
  assertEquals(currentPage(press(later, "enter")).title, "Trace");
});

Deno.test("a click on the player's bar goes to that moment", () => {
  const player = createPlayer(EPOCH, EPOCH + 10_000_000_000n);
  const open = send(openState({ connection: "end_of_file" }), { type: "player", player });
  const line = lineText(appFrame(open)[22]);
  const click = (column: number): AppState =>
    send(open, { type: "mouse", action: "press", button: "left", row: 22, column, clickCount: 1 });
  assertEquals(click(line.lastIndexOf("─")).player?.atUnixNano, EPOCH + 10_000_000_000n);
  assertEquals(click(line.indexOf("●")).player?.atUnixNano, EPOCH);
  assertEquals(click(1).player?.isPlaying, true);
});

Deno.test("what runs cannot be played, and that is said", () => {
  const state = press(openState(), "P");
  assertStringIncludes(bar(state), "Only a recording can be played");
});

Deno.test("on a screen of a few lines the rows are the page's", () => {
  for (const rows of [1, 2, 3, 7, 8]) {
    const state = openState({ size: { columns: 20, rows }, connection: "end_of_file" });
    const lines = appFrame(state).map(lineText);
    assertEquals(lines.length, rows);
    assertEquals(lines[0].includes("1 Traces"), rows >= 8);
    if (rows > 1 && rows < 8) assertStringIncludes(lines[0], "▾");
  }
});

Deno.test("help lists the keys of the page and of the app, and scrolls", () => {
  const help = press(openState(), "?");
  const texts = (state: AppState): string => appFrame(state).map(lineText).join("\n");
  assertStringIncludes(texts(help), "fold/unfold trace");
  assert(!texts(help).includes("any key goes back") || !texts(help).includes("orphan"));
  const scrolled = press(help, ...Array(60).fill("j"));
  assertStringIncludes(texts(scrolled), "orphan or further root");
  assertStringIncludes(texts(scrolled), "take the completion");
  assertEquals(currentPage(press(scrolled, "x")).title, "Traces");
});

Deno.test("the second mark opens the comparison in a tab, which stays until the next one", () => {
  const state = openState({ connection: "end_of_file" });
  assertStringIncludes(bar(press(state, "4")), "Mark two traces");
  const marked = press(state, "m");
  assert(lineText(appFrame(press(marked, "j"))[1]).startsWith("»"));
  assertEquals(listOf(press(marked, "m")).markedTraceId, undefined);
  const compared = press(marked, "j", "d");
  assertEquals(compared.tabs.map(({ name }) => name), [
    "traces",
    "statistics",
    "services",
    "diff",
  ]);
  assertStringIncludes(lineText(appFrame(compared)[0]), "4 Diff");
  assertEquals(compared.tab, 3);
  for (const key of ["q", "escape", "backspace"]) {
    assertEquals(press(compared, key).tab, 0);
    assertEquals(press(compared, key, "4").tab, 3);
  }
  assertEquals(press(compared, "1", "j", "m", "g", "m").tabs.length, 4);
});
