import { assert, assertEquals } from "@std/assert";
import type { MouseInput } from "../../src/terminal/keys.ts";
import { lineText } from "../../src/terminal/frame.ts";
import { appFrame } from "../../src/tui/app_frame.ts";
import { type AppState, currentPage } from "../../src/tui/app_state.ts";
import { selectedPosition, topPosition } from "../../src/tui/positions.ts";
import { largeStore, listOf, openState, send } from "./_sample_traces.ts";

function mouse(options: Partial<MouseInput>): MouseInput {
  return {
    type: "mouse",
    action: "press",
    button: "left",
    column: 20,
    row: 0,
    clickCount: 1,
    ...options,
  };
}

function fileState(): AppState {
  return openState({ traces: largeStore(20, 5), connection: "end_of_file" });
}

/** Trace id and row of what is selected. */
function selection(state: AppState): string {
  const { sequence, row } = selectedPosition(listOf(state));
  return `${state.traces.entryAt(state.traces.indexOf(sequence))?.traceId}:${row}`;
}

Deno.test("a click selects the row that it hits", () => {
  assertEquals(selection(send(fileState(), mouse({ row: 1 }))), "t0:0");
  assertEquals(selection(send(fileState(), mouse({ row: 3 }))), "t0:2");
  assertEquals(selection(send(fileState(), mouse({ row: 6 }))), "t1:0");
  for (let row = 1; row < 23; row++) {
    const state = send(
      fileState(),
      mouse({ action: "wheel_down", row: 5 }),
      mouse({ action: "wheel_down", row: 5 }),
    );
    const clicked = send(state, mouse({ row }));
    const [, name] = /(t\d+\/s\d+)/.exec(lineText(appFrame(state)[row])) as RegExpExecArray;
    const [trace, index] = selection(clicked).split(":");
    const spans = state.traces.trace(trace)?.nodes.map(({ span }) => span.name) ?? [];
    assertEquals(spans[Number(index)], name, `line ${row}`);
  }
});

Deno.test("a click on a trace's mark folds and unfolds it, a double click opens it", () => {
  const folded = send(fileState(), mouse({ row: 6, column: 1 }));
  assert(lineText(appFrame(folded)[6]).startsWith("┃▸"));
  assert(lineText(appFrame(send(folded, mouse({ row: 6, column: 1 })))[6]).startsWith("┃▾"));
  const opened = send(fileState(), mouse({ row: 6 }), mouse({ row: 6, clickCount: 2 }));
  assertEquals(currentPage(opened).title, "Trace");
});

Deno.test("the wheel scrolls, and takes the selection along only when it would be out of sight", () => {
  const down = mouse({ action: "wheel_down", row: 5 });
  const state = send(fileState(), mouse({ row: 9 }));
  const once = send(state, down);
  assertEquals(topPosition(listOf(once)), { sequence: 1, row: 3 });
  assertEquals(selection(once), selection(state));
  const far = send(state, ...Array<MouseInput>(100).fill(down));
  assert(lineText(appFrame(far)[22]).includes("t19/"));
  const back = send(far, ...Array<MouseInput>(100).fill(mouse({ action: "wheel_up", row: 5 })));
  assertEquals(topPosition(listOf(back)), { sequence: 1, row: 0 });
});

Deno.test("a click on a status-bar item and on the sort order does what its key does", () => {
  const state = fileState();
  const help = lineText(appFrame(state)[23]).indexOf("? help");
  assertEquals(currentPage(send(state, mouse({ row: 23, column: help }))).title, "Help");
  const sort = lineText(appFrame(state)[0]).indexOf("sort:");
  assertEquals(send(state, mouse({ row: 0, column: sort })).sort, "start");
});

Deno.test("whatever the mouse does wherever, nothing breaks", () => {
  for (const action of ["press", "release", "drag", "wheel_up", "wheel_down"] as const) {
    for (const button of ["left", "middle", "right"] as const) {
      for (const [row, column] of [[0, 0], [23, 79], [12, 40], [99, 400], [1, 0]]) {
        appFrame(send(fileState(), mouse({ action, button, row, column, clickCount: 2 })));
      }
    }
  }
});
