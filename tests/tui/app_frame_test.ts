import { assert, assertEquals } from "@std/assert";
import { TraceStore } from "../../src/assemble/trace_store.ts";
import { lineText, lineWidth } from "../../src/terminal/frame.ts";
import { appFrame } from "../../src/tui/app_frame.ts";
import { EPOCH, makeSpan } from "../assemble/_make_span.ts";
import { assertGolden, frameText } from "./_golden.ts";
import { largeStore, openState, press, send } from "./_sample_traces.ts";

const SMALL = { columns: 80, rows: 24 };
const LARGE = { columns: 120, rows: 40 };

for (const size of [SMALL, LARGE]) {
  const name = `${size.columns}x${size.rows}`;

  Deno.test(`the list at ${name} follows the newest trace`, async () => {
    await assertGolden(`follow_${name}`, frameText(appFrame(openState({ size })), size));
  });

  Deno.test(`the list at ${name} starts at the top of a file`, async () => {
    const state = openState({ size, title: "run.jsonl", connection: "end_of_file" });
    await assertGolden(`file_${name}`, frameText(appFrame(state), size));
  });

  Deno.test(`the help at ${name} lists every key`, async () => {
    const state = press(openState({ size }), "?");
    await assertGolden(`help_${name}`, frameText(appFrame(state), size));
  });

  Deno.test(`the empty list at ${name} says what to do`, async () => {
    const emptyHint = ["Waiting for spans", "", "Send them to /run/user/0/trace/4711.sock"];
    const state = openState({ size, emptyHint, traces: new TraceStore() });
    await assertGolden(`empty_${name}`, frameText(appFrame(state), size));
  });

  Deno.test(`collapsed traces at ${name} show their headers`, async () => {
    const state = press(openState({ size }), "C", "g", "j", "space");
    await assertGolden(`collapsed_${name}`, frameText(appFrame(state), size));
  });
}

Deno.test("a long trace keeps its header at the top of the list", () => {
  const state = press(openState({ traces: largeStore(3, 60) }), "g", "pagedown");
  const lines = appFrame(state).map(lineText);
  assert(lines[1].includes("t0/s0"), lines[1]);
  assert(lines[1].includes("60 spans"));
});

Deno.test("no terminal is too small or too large for a frame", () => {
  const store = openState().traces;
  for (let columns = 1; columns <= 140; columns += columns < 40 ? 1 : 17) {
    for (let rows = 1; rows <= 45; rows += rows < 8 ? 1 : 9) {
      const size = { columns, rows };
      const followed = openState({ traces: store, size });
      const states = [
        followed,
        press(followed, "g", "j", "J", "J"),
        press(followed, "?"),
        press(followed, "/", "漢", "字", "x"),
        press(followed, "C"),
        openState({ size, traces: new TraceStore(), emptyHint: ["Send spans to /tmp/x"] }),
      ];
      for (const state of states) {
        const lines = appFrame(state);
        assertEquals(lines.length, rows);
        for (const line of lines) assert(lineWidth(line) <= columns, `${columns}x${rows}`);
      }
    }
  }
});

Deno.test("durations and bars stay in their columns whatever the names are made of", () => {
  const lines = appFrame(openState({ size: LARGE, connection: "end_of_file" }));
  const rows = lines.slice(0, -1).filter((line) => line.length > 0);
  for (const line of rows) assertEquals(lineWidth(line), LARGE.columns);
  assert(rows.filter((line) => lineText(line).includes("━")).length > 10);
});

Deno.test("nothing harmful of a span's text is in a frame", () => {
  for (const size of [SMALL, LARGE]) {
    for (const line of appFrame(openState({ size, connection: "end_of_file" }))) {
      for (const { text } of line) assert(!/[\p{Cc}\u202e\u2066]/u.test(text), text);
    }
  }
});

Deno.test("a running span's duration and bar grow with the clock", () => {
  const store = new TraceStore();
  store.add(makeSpan("r", { name: "root" }));
  store.add(makeSpan("c", { parentId: "r", name: "child", ms: 100 }));
  const state = openState({ traces: store, size: LARGE });
  const [, header, child] = appFrame(state).map(lineText);
  assert(header.includes("running 7s…"), header);
  const later = send(state, { type: "tick", nowUnixNano: EPOCH + 9_500_000_000n });
  const [, laterHeader, laterChild] = appFrame(later).map(lineText);
  assert(laterHeader.includes("running 9.5s…"), laterHeader);
  assertEquals([child.includes("100ms"), laterChild.includes("100ms")], [true, true]);
});

Deno.test("when the session is over, spans without an end are unfinished and time stands still", () => {
  const state = send(openState(), { type: "connection", connection: "ended" });
  const later = send(state, { type: "tick", nowUnixNano: EPOCH + 99_000_000_000n });
  const text = appFrame(later).map(lineText).join("\n");
  assert(text.includes("session ended"));
  assert(!text.includes("running"), text);
  assertEquals(appFrame(later), appFrame(state));
});

Deno.test("the status bar says where spans come from, how many there are, and what was lost", () => {
  const state = send(openState({ size: LARGE }), { type: "skipped", spanCount: 12 });
  const bar = lineText(appFrame(state)[LARGE.rows - 1]);
  for (
    const part of [
      "session 4711",
      "live",
      "6 traces",
      "24 spans",
      "2 running",
      "2 errors",
      "12 skipped",
      "FOLLOW",
    ]
  ) assert(bar.includes(part), `${part} in ${bar}`);
});

Deno.test("a failure of the source is told in its own words, made harmless", () => {
  const state = send(openState(), {
    type: "connection",
    connection: "failed",
    text: "Cannot read \x1b[31m",
  });
  assert(lineText(appFrame(state)[23]).includes("Cannot read ␛[31m"));
});

Deno.test("a notice stays until the next key", () => {
  const state = send(openState(), { type: "notice", text: "3 lines were damaged" });
  assert(lineText(appFrame(state)[23]).includes("3 lines were damaged"));
  assert(!lineText(appFrame(press(state, "k"))[23]).includes("damaged"));
});

Deno.test("an empty list that is being loaded says so", () => {
  const store = new TraceStore();
  const state = openState({
    traces: store,
    connection: "loading",
    emptyHint: ["No spans in there"],
  });
  const text = appFrame(state).map(lineText).join("\n");
  assert(text.includes("Loading…") && !text.includes("No spans in there"));
});

Deno.test("times are shown at the offset asked for", () => {
  const text = (offsetMinutes: number): string =>
    lineText(appFrame(openState({ offsetMinutes, connection: "end_of_file" }))[1]);
  assert(text(0).includes("11:03:12.000"));
  assert(text(540).includes("20:03:12.000"));
});
