import type { TraceEntry } from "../assemble/trace_list.ts";
import { escapeText } from "../terminal/escape_text.ts";
import { fitLine, type Frame, type Line } from "../terminal/frame.ts";
import { textWidth, truncateText } from "../terminal/text_width.ts";
import { highlight } from "./highlight.ts";
import { foundSpans } from "./found_spans.ts";
import {
  isExpanded,
  listHeight,
  MAX_UNFOLDED_SPANS,
  rowCount,
  selectedPosition,
  topPosition,
} from "./positions.ts";
import type { TracesView } from "./traces_state.ts";
import { nodeIndexOfRow } from "./trace_rows.ts";
import { entryLine, pinnedLine, traceLine, type TraceLineOptions } from "./trace_line.ts";

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
    if (entry === undefined) break;
    // A large tree takes long to build, and a folded one needs none.
    const isLarge = rowCount(state, entry) === 1 && entry.spanCount > MAX_UNFOLDED_SPANS;
    const trace = isLarge ? undefined : traces.trace(entry.traceId);
    const found = state.query && trace && foundSpans(state.query, trace);
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
        isFound: trace && found?.has(nodeIndexOfRow(trace, row)),
      };
      if (trace === undefined) {
        lines.push(entryLine(entry, options));
        continue;
      }
      // A span that was told of twice has one row less than was counted.
      if (row >= trace.nodes.length) {
        lines.push([]);
        continue;
      }
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
