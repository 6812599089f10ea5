import type { TraceEntry } from "../assemble/trace_list.ts";
import type { Trace } from "../model/trace.ts";
import { escapeText } from "../terminal/escape_text.ts";
import { fitLine, type Frame, type Line } from "../terminal/frame.ts";
import { textWidth, truncateText } from "../terminal/text_width.ts";
import { highlight } from "./highlight.ts";
import { isExpanded, listHeight, rowCount, selectedPosition, topPosition } from "./positions.ts";
import type { TracesView } from "./traces_state.ts";
import { pinnedLine, traceLine, type TraceLineOptions } from "./trace_line.ts";

/** What the list shows; the cost depends on the screen, not on what is stored. */
export function tracesFrame(state: TracesView): Frame {
  return state.traces.traceCount === 0 ? emptyList(state) : traceList(state);
}

function traceList(state: TracesView): Line[] {
  const { traces } = state;
  const height = listHeight(state);
  const selected = selectedPosition(state);
  const top = topPosition(state);
  const lines: Line[] = [];
  let row = top.row;
  for (let index = traces.indexOf(top.sequence); lines.length < height; index++, row = 0) {
    const entry: TraceEntry | undefined = traces.entryAt(index);
    const trace: Trace | undefined = entry && traces.trace(entry.traceId);
    if (entry === undefined || trace === undefined) break;
    const rows = rowCount(state, entry);
    const isSelectedTrace = entry.sequence === selected.sequence;
    for (; row < rows && lines.length < height; row++) {
      const options: TraceLineOptions = {
        columns: state.size.columns,
        nowUnixNano: state.nowUnixNano,
        offsetMinutes: state.offsetMinutes,
        isExpanded: isExpanded(state, entry),
        isSelectedTrace,
        isMarked: entry.traceId === state.markedTraceId,
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

function emptyList(state: TracesView): Line[] {
  const { columns } = state.size;
  const height = listHeight(state);
  const hint = state.emptyHint.slice(0, height).map((text) => escapeText(text));
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
