import type { TraceEntry } from "../assemble/trace_list.ts";
import type { Trace } from "../model/trace.ts";
import { escapeText } from "../terminal/escape_text.ts";
import { fitLine, type Frame, type Line } from "../terminal/frame.ts";
import { textWidth, truncateText } from "../terminal/text_width.ts";
import { highlight } from "./highlight.ts";
import { helpPage } from "./help_page.ts";
import { isExpanded, listHeight, rowCount, selectedPosition, topPosition } from "./positions.ts";
import { isOver, type TuiState } from "./state.ts";
import { statusBar } from "./status_bar.ts";
import { pinnedLine, traceLine, type TraceLineOptions } from "./trace_line.ts";

/** What the screen shows in a state. Pure; its cost depends on the screen, not on what is stored. */
export function frame(state: TuiState): Frame {
  if (state.isHelpOpen && state.size.rows > 2) return helpPage(state.size);
  const list = state.store.traceCount === 0 ? emptyList(state) : traceList(state);
  // On a screen of one line only the status bar is left.
  return [...list, statusBar(state)].slice(-state.size.rows);
}

function traceList(state: TuiState): Line[] {
  const { store } = state;
  const height = listHeight(state);
  const selected = selectedPosition(state);
  const top = topPosition(state);
  const lines: Line[] = [];
  let row = top.row;
  for (let index = store.indexOf(top.sequence); lines.length < height; index++, row = 0) {
    const entry: TraceEntry | undefined = store.entryAt(index);
    const trace: Trace | undefined = entry && store.trace(entry.traceId);
    if (entry === undefined || trace === undefined) break;
    const rows = rowCount(state, entry);
    const isSelectedTrace = entry.sequence === selected.sequence;
    for (; row < rows && lines.length < height; row++) {
      const options: TraceLineOptions = {
        columns: state.size.columns,
        nowUnixNano: isOver(state) ? undefined : state.nowUnixNano,
        offsetMinutes: state.offsetMinutes,
        isExpanded: isExpanded(state, entry.sequence),
        isSelectedTrace,
        isSelectedRow: isSelectedTrace && row === selected.row,
      };
      // A reader who is inside a long trace still sees which one it is.
      const isPinned = lines.length === 0 && row > 0 && height > 2;
      const line = isPinned
        ? pinnedLine(trace, { ...options, isSelectedRow: isSelectedTrace && selected.row <= row })
        : traceLine(trace, row, options);
      lines.push(options.isSelectedRow ? line : highlight(line, state.search.text));
    }
  }
  while (lines.length < height) lines.push([]);
  return lines;
}

function emptyList(state: TuiState): Line[] {
  const { columns } = state.size;
  const height = listHeight(state);
  const texts = state.connection === "loading" ? ["Loading…"] : state.emptyHint;
  const hint = texts.slice(0, height).map((text) => escapeText(text));
  const width = Math.min(columns, Math.max(0, ...hint.map(textWidth)));
  const margin = " ".repeat(Math.floor((columns - width) / 2));
  const above = Math.max(0, Math.floor((height - hint.length) / 3));
  const lines: Line[] = Array.from({ length: above }, () => []);
  for (const text of hint) {
    lines.push(fitLine([{ text: margin + truncateText(text, columns - margin.length) }], columns));
  }
  while (lines.length < height) lines.push([]);
  return lines.slice(0, height);
}
